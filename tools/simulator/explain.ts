import type { Call } from '../fakes/fake-server';
import type { FaultId } from './switches';

/** What a webhook was answered; without a status, it was not answered within 5 s. */
export interface WebhookAnswer {
  status?: number;
  /** JSON, parsed if it is any. */
  body?: unknown;
  ms: number;
}

/** What Twilio made of an answer: all went well; not all did, but nothing is lost; a message is lost. */
export type Verdict = 'fine' | 'warning' | 'lost';

export interface Explanation {
  verdict: Verdict;
  words: string;
}

const fine = (words: string): Explanation => ({ verdict: 'fine', words });
const warning = (words: string): Explanation => ({ verdict: 'warning', words });
const lost = (words: string): Explanation => ({ verdict: 'lost', words });

/** What Twilio refuses to create a conversation with: https://www.twilio.com/docs/conversations/conversations-limits */
function refusal(body: unknown): string | undefined {
  const { friendly_name = '', attributes = '{}' } = Object(body) as Record<string, unknown>;
  if (typeof friendly_name !== 'string' || friendly_name.length > 256)
    return 'friendly_name is over 256 characters';
  if (typeof attributes !== 'string' || !isJson(attributes)) return 'attributes is not JSON text';
  if (Buffer.byteLength(attributes) > 16 * 1024) return 'attributes is over 16 KB';
  return undefined;
}

/** Whether Twilio rejects the conversation on this answer, and loses the message. */
export function isRejected({ status, body }: WebhookAnswer): boolean {
  return status !== undefined && (status !== 200 || refusal(body) !== undefined);
}

/** What became of a conversation, and what the Functions did about a fault. */
export function explainPreEvent(
  answer: WebhookAnswer,
  { address, on }: { address?: string; on: ReadonlySet<FaultId> },
): Explanation {
  const { status, body } = answer;
  if (status === undefined) return warning('No answer in 5 s: created unchanged, and late.');
  if (status !== 200)
    return lost(`Answered ${status}: Twilio rejects the conversation, the message is lost.`);
  const refused = refusal(body);
  if (refused) return lost(`${refused}: Twilio cannot create the conversation, the message is lost.`);
  const { friendly_name, attributes } = Object(body) as { friendly_name?: string; attributes?: string };
  if (!address) return fine('A worker created it, so there is no address to look up: left as it is.');
  if (on.has('crm-down')) return warning('The CRM was down: named by number, nothing lost.');
  if (on.has('crm-slow')) return warning('The CRM did not answer in time: named by number, nothing lost.');
  if (friendly_name === undefined) return fine('Left as it is.');
  if (address.endsWith(friendly_name)) return fine('The CRM gave no customer: named by the address.');
  return fine(`Named ${friendly_name}${attributes?.includes('"avatar"') ? ', with an avatar' : ''}.`);
}

/** What became of a message whose event came to a URL that is not for it. */
export function explainWrongEvent({ status }: WebhookAnswer): Explanation {
  if (status === undefined) return warning('No answer in 5 s: the message is added, and late.');
  if (status >= 400) return lost(`Answered ${status}: Twilio rejects the message, it is lost.`);
  return warning(
    'Not an event for this URL. Answered 200, so the message is not lost; the log says what to untick.',
  );
}

/** What became of a participant, and what the Functions did about a fault. */
export function explainPostEvent(
  { status, body, ms }: WebhookAnswer,
  {
    calls,
    linked,
    on,
    identity,
  }: { calls: Call[]; linked: boolean; identity?: string; on: ReadonlySet<FaultId> },
): Explanation {
  const s = (ms / 1000).toFixed(1);
  const times = calls.length === 1 ? 'the one call' : `all ${calls.length} calls`;
  if (status === undefined) return warning('No answer in 5 s. The participant is there, but not linked.');
  if (status === 503 && on.has('crm-down'))
    return warning('The CRM was down: answered 503, so that Twilio may send it again.');
  if (status === 503 && on.has('crm-slow')) {
    return warning('The CRM did not answer in time: answered 503, so that Twilio may send it again.');
  }
  const error = (body as { error?: string } | null)?.error ?? '';
  if (status === 503 && calls.length === 0) {
    return warning(`Answered 503, so that Twilio may send it again. ${error}`);
  }
  if (status === 503) {
    return warning(
      `Twilio’s API failed at ${times}: answered 503 after ${s} s, so that Twilio may send it again.`,
    );
  }
  if (status !== 200) return warning(`Answered ${status}: ${error}`);
  if (identity) return fine('A worker, not a customer: no call.');
  if (calls.length > 1) return fine(`Linked with the last of ${calls.length} calls, after ${s} s.`);
  if (calls.length === 1) return fine('Linked with one call.');
  return fine(linked ? 'Linked already: no call.' : 'The CRM gave no customer: no call.');
}

/** What a call to Twilio's API is for. */
export function titleOfCall({ method, path }: Pick<Call, 'method' | 'path'>): string {
  return `${method === 'GET' ? 'Read' : 'Update'} of the ${resourceOf(path)}`;
}

/** What became of a call to Twilio's API. */
export function explainCall({ method, path, outcome }: Call): Explanation {
  if (outcome === 200) return fine(`The ${resourceOf(path)} is ${method === 'GET' ? 'read' : 'updated'}.`);
  if (outcome === 'hang') return warning('Twilio’s API does not answer.');
  if (outcome === 'drop') return warning('Twilio’s API dropped the connection.');
  if (outcome === 429) return warning('Too many requests: a transient error.');
  if (outcome === 409) return warning('The conversation is still initializing (50386): a transient error.');
  return warning(`Refused: ${outcome}.`);
}

/** What the path of a call leads to. */
function resourceOf(path: string): string {
  const [, list, sid] = /\/(Participants)(?:\/(\w+))?/.exec(path) ?? [];
  if (sid) return 'participant';
  return list ? 'list of participants' : 'conversation';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
