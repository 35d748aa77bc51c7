import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import { callAsTwilio, type FunctionAnswer } from '../../twilio/signed-call';
import { POST_EVENT, PRE_EVENT, withoutOverrides } from './function-urls';
import type { WebhooksPlan } from './plan-webhooks';

/** What the gateway answers in its own name: https://www.twilio.com/docs/serverless/functions-assets/visibility */
export const REFUSED = [400, 401, 403];
/** A participant in a conversation, neither of which is there. */
export const NOWHERE = { ConversationSid: `CH${'0'.repeat(32)}`, ParticipantSid: `MB${'0'.repeat(32)}` };

/** Sends the pre-event Function an event without an address, which it answers with `{}`. */
export function callPreEvent(twilio: Twilio, url: string): Promise<FunctionAnswer> {
  return callAsTwilio(twilio, url, { EventType: PRE_EVENT });
}

/** Sends the post-event Function an event of a worker, for which it does nothing. */
export function callPostEvent(twilio: Twilio, url: string): Promise<FunctionAnswer> {
  return callAsTwilio(twilio, url, { EventType: POST_EVENT, ...NOWHERE, Identity: 'worker' });
}

/** In words, what a Function did instead of answering as it should. */
export function describeAnswer({ status, code }: FunctionAnswer): string {
  return status ? `answers ${status}` : `does not answer (${code})`;
}

/**
 * Sees that the Functions answer, before webhooks are pointed at them. Any answer but 200 would have Twilio reject
 * conversations: https://www.twilio.com/docs/conversations/conversations-webhooks
 *
 * @returns warnings: those that refuse the signature would refuse Twilio's too, unless it is only signed here with another
 * token
 * @throws Problem if webhooks must not be pointed at them
 */
export async function checkAnswers(twilio: Twilio, plans: WebhooksPlan[]): Promise<string[]> {
  const urls = (of: 'preWebhookUrl' | 'postWebhookUrl') => [
    ...new Set(plans.map(({ after }) => withoutOverrides(after[of]))),
  ];
  const asked = [
    ...urls('preWebhookUrl').map((url) => ({
      url,
      answer: callPreEvent(twilio, url),
      otherwise: 'Twilio would reject every new conversation',
    })),
    ...urls('postWebhookUrl').map((url) => ({
      url,
      answer: callPostEvent(twilio, url),
      otherwise: 'no customer would be linked',
    })),
  ];
  const refusing: string[] = [];
  for (const { url, answer, otherwise } of asked) {
    const got = await answer;
    if (got.status === 200) continue;
    if (REFUSED.includes(got.status)) {
      refusing.push(url);
      continue;
    }
    throw new Problem(
      `${url} ${describeAnswer(got)}: ${otherwise}. Run npm run deploy, and look into npx twilio-run logs.`,
    );
  }
  if (refusing.length === 0) return [];
  const verb = refusing.length === 1 ? 'refuses' : 'refuse';
  return [
    `${refusing.join(' and ')} ${verb} the signature: is AUTH_TOKEN the primary Auth Token of the account? If it is, Twilio would be refused, too.`,
  ];
}
