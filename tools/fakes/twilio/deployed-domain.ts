import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from '../fake-server';

const PUBLIC = /^\/($|index\.html$|avatars\/)/;

/**
 * What a deployed domain answers: its gateway refuses what Twilio has not signed, before any code of the Functions runs,
 * and hands the rest to them.
 * https://www.twilio.com/docs/serverless/functions-assets/visibility
 *
 * @param authToken the account's primary token
 * @param functionsUrl where the built Functions are served
 */
export async function answerDomain(
  request: ApiRequest,
  authToken: string,
  functionsUrl: string,
): Promise<ApiAnswer> {
  const { method, path, body, headers } = request;
  if (!PUBLIC.test(path) && !isSigned(request, authToken)) return { status: 403 };
  const response = await fetch(`${functionsUrl}${path}`, {
    method,
    ...(method === 'POST' && { body, headers: { 'Content-Type': headers['content-type'] ?? '' } }),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, headers: { 'Content-Type': type }, body: await response.text() };
}

/**
 * Whether Twilio has signed it: the URL, then each field's name and value, sorted by name.
 * https://www.twilio.com/docs/usage/security#validating-requests
 */
function isSigned({ host, path, body, headers }: ApiRequest, authToken: string): boolean {
  const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1));
  const signed = createHmac('sha1', authToken)
    .update(`https://${host}${path}${fields.flat().join('')}`)
    .digest('base64');
  const given = String(headers['x-twilio-signature'] ?? '');
  return given.length === signed.length && timingSafeEqual(Buffer.from(given), Buffer.from(signed));
}
