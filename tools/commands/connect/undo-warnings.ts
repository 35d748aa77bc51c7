import type { Twilio } from 'twilio';
import { type FunctionAnswer, isThere } from '../../twilio/signed-call';
import { callPreEvent, describeAnswer } from './check-answers';
import { isLikeOurs, withoutOverrides } from './function-urls';
import type { HistoryEntry } from './history';
import { isPreEvent, nameOf } from './plan-webhooks';
import type { UndoPlan } from './read-undo-plan';
import { shownTime } from './shown-time';
import { shownUrl } from './shown-url';

type Planned = UndoPlan['webhooks'][number];

/** What somebody loses by an undo: what they have set since, or every new conversation. */
export async function warningsOf(
  twilio: Twilio,
  entry: HistoryEntry,
  { webhooks }: UndoPlan,
): Promise<string[]> {
  const foreign = webhooks
    .filter(({ isForeign }) => isForeign)
    .map(
      ({ scope }) =>
        `The ${nameOf(scope)} have been changed since your change of ${shownTime(entry.at)}: that would be lost.`,
    );
  const dead = await Promise.all(webhooks.map((planned) => judgePreEvent(twilio, planned)));
  return [...foreign, ...dead.flat()];
}

/**
 * Any answer but 200 to a pre-event has Twilio reject conversations, and so has none:
 * https://www.twilio.com/docs/conversations/conversations-webhooks
 * Another backend is not sent an event, which it might act on: it only has to be there.
 */
async function judgePreEvent(twilio: Twilio, { before, after }: Planned): Promise<string[]> {
  const url = withoutOverrides(after.preWebhookUrl);
  if (!url || before.preWebhookUrl === after.preWebhookUrl || !after.filters.some(isPreEvent)) return [];
  const isWell = ({ status }: FunctionAnswer) => (isLikeOurs(url) ? status === 200 : status > 0);
  const answer = await (isLikeOurs(url) ? callPreEvent(twilio, url) : isThere(twilio, url));
  if (isWell(answer)) return [];
  return [
    `${shownUrl(url)}, which would be put back, ${describeAnswer(answer)}: Twilio would reject every new conversation.`,
  ];
}
