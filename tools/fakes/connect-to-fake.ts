import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import twilio, { type Twilio } from 'twilio';
import { createHttpClient } from '../twilio/http-client';
import type { FakeServer } from './fake-server';
import type { Credentials } from './twilio/authentication';

/** Of each fake, by its certificate: connections are kept for the next client, since a TLS handshake takes longer than a call. */
const agents = new Map<string, Agent>();

/** Twilio's helper library in this process, with its calls routed to a fake. */
export function connectToFake(
  { port, certificate }: Pick<FakeServer, 'port' | 'certificate'>,
  { accountSid, authToken }: Credentials,
): Twilio {
  const agent =
    agents.get(certificate) ??
    new Agent({ host: '127.0.0.1', port, ca: readFileSync(certificate), keepAlive: true });
  agents.set(certificate, agent);
  const httpClient = createHttpClient();
  httpClient.axios.defaults.httpsAgent = agent;
  return twilio(accountSid, authToken, { httpClient });
}
