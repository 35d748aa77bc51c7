import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import twilio, { type Twilio } from 'twilio';
import { createHttpClient } from '../twilio/http-client';
import type { FakeServer } from './fake-server';
import type { Credentials } from './twilio/authentication';

/** Twilio's helper library in this process, with its calls routed to a fake. */
export function connectToFake(
  { port, certificate }: Pick<FakeServer, 'port' | 'certificate'>,
  { accountSid, authToken }: Credentials,
): Twilio {
  const httpClient = createHttpClient();
  httpClient.axios.defaults.httpsAgent = new Agent({
    host: '127.0.0.1',
    port,
    ca: readFileSync(certificate),
    keepAlive: true,
  });
  return twilio(accountSid, authToken, { httpClient });
}
