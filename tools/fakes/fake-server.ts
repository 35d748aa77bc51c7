import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { makeTemporaryFolder } from '../runtime/temporary-folder';
import { certificateOf } from './certificate';

/** A request that came in. */
export interface ApiRequest {
  host: string;
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** The body as it came. */
  bytes: Buffer;
}

/** An answer: JSON, unless `body` is text. */
export interface ApiAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** What can go wrong: an error, no answer, a dropped connection, half an answer, one that never ends, one of 2 MB. */
export type Fault = ErrorAnswer | 'hang' | 'drop' | 'malformed' | 'drip' | 'huge';

/** An error of Twilio's API. */
export interface ErrorAnswer {
  status: number;
  /** Twilio's error code; by default, 20000 plus the status. */
  code?: number;
  headers?: Record<string, string>;
}

/** A request, and the status that it was answered with, or what became of it instead. */
export type Call = ApiRequest & {
  outcome: number | Exclude<Fault, object>;
  /** There is none if nothing, or not all of it, was sent. */
  answer?: ApiAnswer;
};

/** What `startFakeServer` gives. */
export type FakeServer = Awaited<ReturnType<typeof startFakeServer>>;

/**
 * Serves an API under the names of its hosts, over TLS, on this machine.
 *
 * @param answer what the API answers if nothing goes wrong
 * @param onCall is told each call
 */
export async function startFakeServer(
  hosts: string[],
  answer: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>,
  onCall: (call: Call) => void = () => undefined,
) {
  const api = {
    /** Each call that came in. */
    calls: [] as Call[],
    /** What becomes of the next calls, one each: a fault, or nothing special. */
    faults: [] as (Fault | undefined)[],
    /** What becomes of every call. */
    fault: undefined as Fault | undefined,
    /** What becomes of some calls, and when. */
    faultOf: undefined as
      | ((request: ApiRequest) => Fault | undefined | Promise<Fault | undefined>)
      | undefined,
    /** How long each call takes, in ms. */
    delayMs: 0,
  };

  const onRequest = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = incoming;
    const bytes = await buffer(incoming);
    const request = { host: headers.host ?? '', method, path, headers, body: bytes.toString(), bytes };
    if (api.delayMs > 0) await setTimeout(api.delayMs);
    const fault = api.faults.shift() ?? (await api.faultOf?.(request)) ?? api.fault;
    const note = (outcome: Call['outcome'], answer?: ApiAnswer) => {
      const call = { ...request, outcome, answer };
      api.calls.push(call);
      onCall(call);
    };
    if (typeof fault === 'string') {
      note(fault);
      const json = fault === 'malformed' ? JSON.stringify((await answer(request)).body) : '';
      return fail(fault, json, response);
    }
    const given = fault ? twilioError(fault) : await answer(request);
    note(given.status, given);
    const isText = typeof given.body === 'string' || given.body === undefined;
    response.writeHead(given.status, { 'Content-Type': 'application/json', ...given.headers });
    response.end(isText ? given.body : JSON.stringify(given.body));
  };

  const { key, cert } = await certificateOf(hosts);
  const folder = makeTemporaryFolder('frontline-certificate');
  const certificate = join(folder, 'certificate.pem');
  writeFileSync(certificate, cert);

  const server = createServer({ key, cert }, onRequest);
  // A connection that is kept is not closed at the moment that it is used again.
  server.keepAliveTimeout = 0;
  const port = await listen(server);
  const proxy = createProxy();
  proxy.on('connect', ({ url }, client) => {
    if (!hosts.some((host) => url === `${host}:443`)) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    upstream.pipe(client).pipe(upstream);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  const proxyPort = await listen(proxy);

  return Object.assign(api, {
    /** The port on loopback that it is served on, with TLS. */
    port,
    /** The file with its certificate. */
    certificate,
    /** For a process that calls Twilio: routes its calls here through a proxy, and has the certificate trusted. */
    env: { HTTP_PROXY: `http://127.0.0.1:${proxyPort}`, NODE_EXTRA_CA_CERTS: certificate },
    close() {
      server.close();
      server.closeAllConnections();
      proxy.close();
      rmSync(folder, { recursive: true });
    },
  });
}

/** Twilio's answer for an error: https://www.twilio.com/docs/usage/twilios-response#twilios-response-exceptions */
export function twilioError({ status, code = 20000 + status, headers }: ErrorAnswer): ApiAnswer {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { status, headers, body: { code, message: `Error ${code}`, more_info, status } };
}

function fail(fault: Exclude<Fault, object>, json: string, response: ServerResponse) {
  if (fault === 'hang') return;
  if (fault === 'drop') return response.socket?.destroy();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  if (fault === 'malformed') return response.end(json.slice(0, json.length / 2));
  if (fault === 'huge') return response.end(`"${'x'.repeat(2 * 1024 * 1024)}"`);
  const dripping = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(dripping));
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}
