import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import { callAsTwilio } from '../../twilio/signed-call';
import type { Caller } from '../command-line';
import { PRE_EVENT, PRE_EVENT_PATH, urlOf } from './plan-webhooks';

/** The gateway refuses it: the Function is there, and AUTH_TOKEN is not the primary one, which alone signs. */
const REFUSED = [400, 401, 403];

/**
 * Sends the pre-event Function an event without an address, which it answers with `{}`. Any answer but 200 would have
 * Twilio reject conversations: https://www.twilio.com/docs/conversations/conversations-webhooks
 *
 * @throws Problem if webhooks must not be pointed at it
 */
export async function checkAnswers(twilio: Twilio, domain: string, { problem }: Caller): Promise<void> {
  const url = urlOf(domain, PRE_EVENT_PATH);
  const { status, code } = await callAsTwilio(twilio, url, { EventType: PRE_EVENT });
  if (status === 200) return;
  if (REFUSED.includes(status)) {
    problem(`! ${url} refuses the signature: is AUTH_TOKEN the primary Auth Token of the account?`);
    return;
  }
  const answer = status ? `answers ${status}` : `does not answer (${code})`;
  throw new Problem(
    `${url} ${answer}: Twilio would reject every new conversation. Run npm run deploy, and look into npx twilio-run logs.`,
  );
}
