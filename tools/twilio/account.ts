import twilio, { type Twilio } from 'twilio';
import { Problem } from '../problem';
import { createHttpClient } from './http-client';
import { ACCOUNT_SID } from './sids';

/**
 * Twilio's REST API, with the credentials in ACCOUNT_SID and AUTH_TOKEN.
 *
 * @param interruption ends what is only read
 * @throws Problem if they are not set, or ACCOUNT_SID is not the SID of an account
 */
export function connectToTwilio(
  { ACCOUNT_SID: sid, AUTH_TOKEN: token }: NodeJS.ProcessEnv,
  interruption?: AbortSignal,
): Twilio {
  if (!sid?.trim() || !token?.trim()) {
    const missing = [!sid?.trim() && 'ACCOUNT_SID', !token?.trim() && 'AUTH_TOKEN'].filter(Boolean);
    const [are, them] = missing.length > 1 ? ['are', 'them'] : ['is', 'it'];
    throw new Problem(
      `${missing.join(' and ')} ${are} not set: copy ${them} from https://console.twilio.com into .env. If there is no .env yet, ` +
        'cp .env.example .env creates it.',
    );
  }
  if (!ACCOUNT_SID.test(sid.trim())) {
    throw new Problem(
      'ACCOUNT_SID is not the SID of an account: copy it from https://console.twilio.com into .env (AC and 32 hexadecimal digits)',
    );
  }
  return twilio(sid.trim(), token.trim(), { httpClient: createHttpClient(interruption) });
}
