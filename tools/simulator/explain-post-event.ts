import type { Call } from '../fakes/fake-server';
import type { Exchange, Explanation, Report } from './conversation';
import { answered, fine, inLog, noAnswer, type WebhookAnswer, warning } from './explain';

const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];

/** What Twilio sends again, if the service has a retry count: https://www.twilio.com/docs/conversations/conversations-webhooks */
export function isSentAgain({ status, failure }: WebhookAnswer): boolean {
  return failure === 'timeout' || [429, 503, 504].includes(status ?? 0);
}

const AGAIN = {
  left: 'Twilio sends it again.',
  over: 'Twilio does not send it again: npm run relink links the participant.',
  none: 'Twilio sends it again if the service has a retry count.',
};

/** What became of a participant, and what the Function did. */
export function explainPostEvent(
  answer: WebhookAnswer,
  {
    calls,
    report,
    retries,
  }: {
    /** The calls that the Function made. */
    calls: Pick<Exchange, 'method' | 'to'>[];
    report?: Report;
    /** Whether Twilio sends it again, by the retry count of the service. */
    retries: keyof typeof AGAIN;
  },
): Explanation {
  const { status, body, ms } = answer;
  const again = AGAIN[retries];
  if (status === undefined) {
    return warning(`${noAnswer(answer, report)} The participant is there, but not linked.`);
  }
  const failed = (Object(body) as { error?: string }).error ?? '';
  if (status === 503) {
    const crm = /^CRM_SOURCE \S+: (.*)/.exec(failed)?.[1];
    const why = crm ? `The CRM failed: ${crm}` : failed || 'no reason given';
    const tries = crm ? '' : ` after ${(ms / 1000).toFixed(1)} s`;
    return warning(`${why}. Answered 503${tries}: ${again}`);
  }
  if (status !== 200) return warning(answered(status, body, report));

  const outcome = outcomeOf(report);
  const updates = calls.filter(({ method, to }) => method === 'POST' && to.includes('/Participants/'));
  if (outcome === 'linked, conversation named') return fine('Linked, and the conversation got its name.');
  if (outcome === 'linked') {
    const tries = updates.length;
    return fine(
      tries === 1 ? 'Linked with one call.' : `Linked at the ${ORDINALS[tries] ?? `${tries}th`} attempt.`,
    );
  }
  if (outcome === 'linked already') return fine('Linked already: nothing is written.');
  if (outcome === 'no customer') return fine('A worker, not a customer: no call.');
  const ids = inLog(report, /is ambiguous: customer_id (.*) have it/);
  if (ids) return warning(`Several customers have this address (${ids}): not linked.`);
  if (outcome === 'unknown') return fine('There is no customer to link.');
  return outcome ? warning(`Not linked: ${outcome}.`) : fine('Answered 200.');
}

/** What the Function's line in the log says. */
function outcomeOf(report?: Report): string | undefined {
  const line = inLog(report, /^onParticipantAdded (.*)$/);
  return line?.replace(/^(\S+:)?(\+\d+)?•••\d* /, '').replace(/ (customer_id=.* )?source=\S+ \d+ ms$/, '');
}

/** What was called. */
export function titleOfCall({ method, path }: Call): string {
  const [, participants, sid] = /\/Conversations\/\w+(\/Participants)?(?:\/(MB\w+))?/.exec(path) ?? [];
  const what = sid ? 'the participant' : participants ? 'the participants' : 'the conversation';
  return method === 'POST' ? `Update ${what}` : `Read ${what}`;
}

/** What became of a call to Twilio's API. */
export function explainCall({ outcome }: Call): Explanation {
  if (outcome === 200) return fine('Done.');
  if (outcome === 'hang') return warning('Twilio’s API does not answer.');
  if (outcome === 'drop') return warning('Twilio’s API dropped the connection.');
  if (outcome === 429) return warning('Too many requests: a transient error.');
  if (outcome === 409) return warning('The conversation is still initializing (50386): a transient error.');
  return warning(`Refused: ${outcome}.`);
}
