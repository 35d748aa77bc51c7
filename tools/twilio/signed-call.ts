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
  return call(twilio, url, event, { 'X-Twilio-Signature': signature });
}

/** Sends a webhook as anybody could. */
export function callAsStranger(
  twilio: Twilio,
  url: string,
  event: Record<string, string>,
): Promise<FunctionAnswer> {
  return call(twilio, url, event, {});
}

/** By the HTTP client of Twilio's helper library, so that it goes the same way, proxies included. */
async function call(
  { httpClient }: Twilio,
  uri: string,
  data: Record<string, string>,
  signed: Record<string, string>,
): Promise<FunctionAnswer> {
  if (!httpClient) throw new Error('this Twilio client has no HTTP client');
  const startedAt = performance.now();
  const since = () => Math.round(performance.now() - startedAt);
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...signed };
  try {
    const request = { method: 'post', uri, headers, data, timeout: WEBHOOK_TIMEOUT_MS } as const;
    const { statusCode, body } = await httpClient.request(request);
    return { status: statusCode, body, ms: since() };
  } catch (error) {
    return { status: 0, body: undefined, ms: since(), code: String((error as TwilioError).code ?? 'error') };
  }
}
