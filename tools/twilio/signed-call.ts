import type { Twilio } from 'twilio';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { TwilioError } from './errors';

/** What a Function answered. */
export interface FunctionAnswer {
  /** 0 if there was no answer. */
  status: number;
  /** Parsed, if it is JSON. */
  body: unknown;
  ms: number;
  /** What kept it from answering, such as ECONNREFUSED. */
  code?: string;
}

/** Twilio gives up on a webhook then: https://www.twilio.com/docs/conversations/conversations-webhooks */
const WEBHOOK_TIMEOUT_MS = 5000;

/** Sends a webhook as Twilio does, signed with the account's Auth Token: https://www.twilio.com/docs/usage/security */
export function callAsTwilio(
  twilio: Twilio,
  url: string,
  event: Record<string, string>,
): Promise<FunctionAnswer> {
  const signature = getExpectedTwilioSignature(twilio.password ?? '', url, event);
  return call(twilio, {
    method: 'post',
    uri: url,
    headers: { 'X-Twilio-Signature': signature },
    data: event,
  });
}

/** Sends a webhook as anybody could. */
export function callAsStranger(
  twilio: Twilio,
  url: string,
  event: Record<string, string>,
): Promise<FunctionAnswer> {
  return call(twilio, { method: 'post', uri: url, headers: {}, data: event });
}

/** Sees whether anything answers at a URL, without sending it an event. */
export function isThere(twilio: Twilio, url: string): Promise<FunctionAnswer> {
  return call(twilio, { method: 'get', uri: url, headers: {} });
}

/** By the HTTP client of Twilio's helper library, so that it goes the same way, proxies included. */
async function call(
  { httpClient }: Twilio,
  request: { method: 'get' | 'post'; uri: string; headers: Record<string, string>; data?: object },
): Promise<FunctionAnswer> {
  if (!httpClient) throw new Error('this Twilio client has no HTTP client');
  const startedAt = performance.now();
  const since = () => Math.round(performance.now() - startedAt);
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...request.headers };
  try {
    const { statusCode, body } = await httpClient.request({
      ...request,
      headers,
      timeout: WEBHOOK_TIMEOUT_MS,
    });
    return { status: statusCode, body, ms: since() };
  } catch (error) {
    return { status: 0, body: undefined, ms: since(), code: String((error as TwilioError).code ?? 'error') };
  }
}
