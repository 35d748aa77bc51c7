import { CONVERSATION_ATTRIBUTES_MAX_BYTES, FRIENDLY_NAME_MAX_LENGTH } from '../twilio/limits';
import type { ExchangeAnswer, Explanation, Report } from './conversation';

/** What a webhook was answered. */
export interface WebhookAnswer extends ExchangeAnswer {
  status?: number;
  ms: number;
  /** Why nothing was answered. */
  failure?: 'timeout' | 'unreachable' | 'unreadable' | 'threw';
  /** Why an answer is `unreadable`. */
  why?: string;
}

export const fine = (words: string): Explanation => ({ verdict: 'fine', words });
export const warning = (words: string): Explanation => ({ verdict: 'warning', words });
export const lost = (words: string): Explanation => ({ verdict: 'lost', words });

/** What Twilio refuses to create a conversation with: https://www.twilio.com/docs/conversations/conversations-limits */
function refusal(body: unknown): string | undefined {
  const given = Object(body) as Record<string, unknown>;
  // What Twilio makes of null could not be confirmed: it counts as left out.
  const name = given.friendly_name ?? '';
  const attributes = given.attributes ?? '{}';
  if (typeof name !== 'string') return 'friendly_name is not text';
  if (name.length > FRIENDLY_NAME_MAX_LENGTH) return 'friendly_name is over 256 characters';
  if (typeof attributes !== 'string' || !isJson(attributes)) return 'attributes is not JSON text';
  if (Buffer.byteLength(attributes) > CONVERSATION_ATTRIBUTES_MAX_BYTES) return 'attributes is over 16 KB';
  return undefined;
}

/**
 * Whether Twilio rejects the conversation on this answer, and loses the message. A Function that throws counts as one that
 * answers 500: on this machine its process ends instead. What Twilio answers then could not be confirmed.
 */
export function isRejected({ status, body, failure }: WebhookAnswer): boolean {
  if (failure === 'threw') return true;
  return status !== undefined && (status !== 200 || refusal(body) !== undefined);
}

/** What became of a conversation, and what the Function did. */
export function explainPreEvent(
  answer: WebhookAnswer,
  { address, report }: { address?: string; report?: Report },
): Explanation {
  const { status, body } = answer;
  if (answer.failure === 'threw') return lost(`${noAnswer(answer, report)} The message is lost.`);
  if (status === undefined)
    return warning(`${noAnswer(answer, report)} The conversation is created unchanged.`);
  if (status !== 200)
    return lost(
      `${answered(status, body, report)} Twilio rejects the conversation, and the message is lost.`,
    );
  const refused = refusal(body);
  if (refused) return lost(`${refused}: Twilio cannot create the conversation, and the message is lost.`);
  const { friendly_name, attributes } = Object(body) as Partial<
    Record<'friendly_name' | 'attributes', string | null>
  >;
  const unexpected = inLog(report, /the conversation is created as it is\. (.*)/);
  if (unexpected) return warning(`The Function failed: ${unexpected}. Created unchanged, nothing is lost.`);
  if (!address) return fine('A worker created it, so there is no address to look up: left as it is.');
  const reason = inLog(report, /CRM failed \((?:CRM_SOURCE \S+: )?(.*?)\)(?= customer_id=| source=)/);
  const withoutName = inLog(report, / customer_id="?((?:(?! customer_id=).)*?)"? \(no name\)/);
  // Somebody may be called as the address is.
  const isNamed = !withoutName && inLog(report, /( known )/);
  const name = isNamed || !address.endsWith(friendly_name ?? '') ? friendly_name : undefined;
  if (reason) {
    const shown = name ? `Named ${name}` : 'Shown by the address';
    return warning(`The CRM failed: ${reason}. ${shown}, nothing is lost.`);
  }
  if (name)
    return fine(sentence(`Named ${name}${attributes?.includes('"avatar"') ? ', with an avatar' : ''}`));
  const ids = inLog(report, /is ambiguous: customer_id (.*) have it/);
  if (ids)
    return warning(`Several customers have this address (${ids}): none is taken. Shown by the address.`);
  if (withoutName)
    return warning(`The customer is ${withoutName}, who has no name in the CRM: shown by the address.`);
  if (inLog(report, /( unknown )/))
    return fine('The CRM knows nobody with this address: shown by the address.');
  return fine(friendly_name ? 'Shown by the address.' : 'Left as it is.');
}

/** What became of a message whose event came to a URL that is not for it. */
export function explainWrongEvent(answer: WebhookAnswer): Explanation {
  const { status } = answer;
  if (status === undefined) return warning(`${noAnswer(answer)} The message is added all the same.`);
  if (status >= 400) return lost(`Answered ${status}: Twilio rejects the message, and it is lost.`);
  return warning(
    'Not an event for this URL. Answered 200, so the message is not lost; the log says what to untick.',
  );
}

/** A name may end with a full stop of its own. */
const sentence = (words: string) => (words.endsWith('.') ? words : `${words}.`);

/** How a Function failed, if it threw something. */
export function answered(status: number, body: unknown, report?: Report): string {
  if (report?.error) return `Answered ${status}: the Function threw ${thrown(report.error)}.`;
  const { error, message, stack } = Object(body) as { error?: unknown; message?: unknown; stack?: string };
  const at = /dist\/\S+?:\d+/.exec(stack ?? '')?.[0];
  const words = [error ?? message, at && `at ${at}`].filter(Boolean).join(' ');
  return words ? `Answered ${status}: ${words}.` : `Answered ${status}.`;
}

/** Why there was no answer. */
export function noAnswer({ failure, ms, why }: WebhookAnswer, report?: Report): string {
  if (report?.error) return `The Function threw ${thrown(report.error)}, and did not answer.`;
  if (failure === 'unreachable') return 'The Functions do not run: nobody answered.';
  if (failure === 'unreadable') return `The body of the answer cannot be read (${why}).`;
  return `No answer in ${Math.round(ms / 1000)} s.`;
}

function thrown({ message, at }: NonNullable<Report['error']>): string {
  return at ? `“${message}” at ${at}` : `“${message}”`;
}

/** What the log says, by the first group of a pattern. Its lines are in docs/operations.md, under Reading the log. */
export function inLog(report: Report | undefined, pattern: RegExp): string | undefined {
  return report?.log.map((line) => pattern.exec(line)?.[1]).find(Boolean);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
