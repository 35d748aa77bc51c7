import { type ApiAnswer, type ApiRequest, twilioError } from '../fake-server';

/** The credentials of an account. */
export interface Credentials {
  accountSid: string;
  authToken: string;
}

/** What Twilio answers to a request with other credentials: https://www.twilio.com/docs/api/errors/20003 */
export function refuseUnlessFrom(
  { accountSid, authToken }: Credentials,
  { headers }: ApiRequest,
): ApiAnswer | undefined {
  if (headers.authorization === `Basic ${btoa(`${accountSid}:${authToken}`)}`) return undefined;
  return twilioError({ status: 401, code: 20003 });
}
