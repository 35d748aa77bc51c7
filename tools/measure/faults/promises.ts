import type { LocalRuntime } from '../../runtime/local-runtime';
import { CONVERSATION_ATTRIBUTES_MAX_BYTES, FRIENDLY_NAME_MAX_LENGTH } from '../../twilio/limits';

/** One webhook, sent while something was broken. */
export interface WebhookResult {
  /** What was broken: a CRM, Twilio's API, … */
  part: string;
  /** How it was broken. */
  fault: string;
  /** What was not as the README promises it. */
  problem?: string;
  /** Whether the message, or the link to the customer, is lost for good. */
  isLost: boolean;
  ms: number;
}

/** What a webhook was answered. */
export interface Answer {
  status: number;
  body: unknown;
  ms: number;
}

/** What the README promises of on-conversation-add: https://www.twilio.com/docs/conversations/conversations-webhooks */
export type ExpectedName = 'named' | 'by number' | 'as it is' | 'any';
/** What the README promises of on-participant-added. */
export type ExpectedLink = 'linked' | 'nothing to do' | 'sent again' | 'refused' | 'any';

/** Twilio waits as long for the answer to a webhook. */
const ANSWER_WITHIN_MS = 5000;
const STATUS_OF: Record<Exclude<ExpectedLink, 'any'>, number> = {
  linked: 200,
  'nothing to do': 200,
  'sent again': 503,
  refused: 500,
};

/** Node takes a request line and headers of 16 KB. */
const QUERY_MAX_LENGTH = 8000;

/** How an event is sent. */
export type Encoding = 'form' | 'query' | 'json';

/** Sends an event to a Function, a long query as a form. If there is no answer, its status is 0. */
export async function send(
  url: string,
  event: Record<string, unknown>,
  encoding: Encoding = 'form',
): Promise<Answer> {
  const startedAt = performance.now();
  const answered = (status: number, body: unknown) => ({ status, body, ms: performance.now() - startedAt });
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(event)) {
    for (const one of [value].flat()) form.append(name, typeof one === 'string' ? one : JSON.stringify(one));
  }
  const json = { body: JSON.stringify(event), headers: { 'Content-Type': 'application/json' } };
  try {
    const response = await (encoding === 'query' && form.toString().length <= QUERY_MAX_LENGTH
      ? fetch(`${url}?${form}`)
      : fetch(url, { method: 'POST', ...(encoding === 'json' ? json : { body: form }) }));
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return answered(response.status, isJson ? JSON.parse(text) : text);
  } catch (error) {
    return answered(0, String((error as Error).cause ?? error));
  }
}

/** What is wrong with an answer of on-conversation-add. The message is lost if it is not 200, or too late. */
export function checkNaming(
  { status, body, ms }: Answer,
  promise: ExpectedName,
): { problem?: string; isLost: boolean } {
  const { friendly_name, attributes } = Object(body);
  const isLost = status !== 200 || ms > ANSWER_WITHIN_MS;
  const found =
    friendly_name === undefined ? 'as it is' : /^\+\d+$/.test(friendly_name) ? 'by number' : 'named';
  const isKept =
    !isLost && (promise === 'any' || promise === found) && isAcceptable(body, friendly_name, attributes);
  return {
    isLost,
    problem: isKept ? undefined : `${status} ${JSON.stringify(body).slice(0, 200)}, not ${promise}`,
  };
}

function isAcceptable(body: unknown, friendlyName: unknown, attributes: unknown): boolean {
  const names = Object.keys(Object(body)).filter((name) => !['friendly_name', 'attributes'].includes(name));
  const isName =
    friendlyName === undefined ||
    (typeof friendlyName === 'string' &&
      friendlyName !== '' &&
      friendlyName.length <= FRIENDLY_NAME_MAX_LENGTH);
  return names.length === 0 && isName && (attributes === undefined || isAttributes(attributes));
}

function isAttributes(json: unknown): boolean {
  try {
    const value = JSON.parse(String(json));
    return (
      typeof json === 'string' &&
      Buffer.byteLength(json) <= CONVERSATION_ATTRIBUTES_MAX_BYTES &&
      typeof value === 'object' &&
      !Array.isArray(value)
    );
  } catch {
    return false;
  }
}

/** What is wrong with an answer of on-participant-added. The link is lost if it is neither made nor sent again. */
export function checkLinking(
  { status, body, ms }: Answer,
  promise: ExpectedLink,
  isLinked: boolean,
): { problem?: string; isLost: boolean } {
  const isInTime = ms <= ANSWER_WITHIN_MS;
  if (promise === 'any') {
    const isKept = isInTime && (status === 200 || status === 400);
    return { isLost: !isKept, problem: isKept ? undefined : `${status} ${JSON.stringify(body)}` };
  }
  // Sent again, the same link is made once more: no harm.
  const isRight = promise === 'sent again' || isLinked === (promise === 'linked');
  const isKept = isInTime && status === STATUS_OF[promise] && isRight;
  const isLost =
    (promise === 'linked' || promise === 'sent again') && !isLinked && !(isInTime && status === 503);
  return { isLost, problem: isKept ? undefined : `${status} ${JSON.stringify(body)}, not ${promise}` };
}

/** What is wrong with a log: something personal, or a rejection that nobody handled. */
export function checkLog(runtime: Pick<LocalRuntime, 'log'>, secrets: string[]): string | undefined {
  const log = runtime.log();
  const found = secrets.find((secret) => log.includes(secret));
  if (found) return `the log has ${JSON.stringify(found)}`;
  return /unhandled|uncaught/i.test(log) ? 'the log has an unhandled rejection' : undefined;
}
