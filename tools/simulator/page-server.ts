import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { ZodError } from 'zod';
import { LOCAL_NAME, LOOPBACK } from '../runtime/spawn-server';
import { readTypedAddress } from '../typed-address';
import { Feed, SHOWN_AT_FIRST, viewOf } from './feed';
import { findCustomer } from './found-customer';
import { actions } from './page-actions';
import { findPeople } from './people';
import { isPlaying, runOf } from './run';
import type { Simulator, SimulatorOptions } from './simulator';
import { SWITCH_GROUPS } from './switches';

const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const PAGE = join(__dirname, 'page');
const files = new Map(
  readdirSync(PAGE).map((name) => [
    name === 'index.html' ? '/' : `/${name}`,
    { type: TYPES[extname(name)] ?? 'text/plain', text: readFileSync(join(PAGE, name)) },
  ]),
);
/** Nobody else may show the page in a frame, or run anything in it. Avatars may be anywhere. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};
/** A run that was saved may be large. */
const INPUT_MAX_BYTES = 32 * 1024 * 1024;
const PEOPLE_MAX = 20;
/** How long a page waits before it looks whether the simulator is there again; browsers wait 3 s and more by default. */
const RECONNECT_MS = 1000;
const ENDED = 'The Functions’ process has ended: see the log. It is started again…';
/** Why the Functions are not served. */
export const cannotStart = ({ message }: Error) => `The Functions do not start: ${message}`;

/**
 * Serves the simulator's page, on loopback only: it shows customers.
 *
 * @param port 0 is any free one
 * @param gatherMs how long changes are gathered before the page is told
 * @throws Error with the code EADDRINUSE if the port is taken
 */
export async function servePage(port: number, gatherMs?: number) {
  let simulator: Simulator | undefined;
  /** What keeps the Functions from being up to date, in words. */
  let state = 'Starting…';

  const statusOf = () => ({
    state: state || (simulator && isPlaying(simulator) ? 'Playing a saved run…' : ''),
    functionsUrl: simulator?.functionsUrl(),
    customers: simulator?.customersInWords(),
    switches: SWITCH_GROUPS,
    on: [...(simulator?.twilio.switches ?? [])],
  });
  const first = () => ({
    exchanges: simulator?.twilio.traffic.newest(SHOWN_AT_FIRST.messages) ?? [],
    conversations: simulator?.twilio.conversations
      .slice(0, SHOWN_AT_FIRST.conversations)
      .reverse()
      .map(viewOf),
    log: simulator?.log.slice(-SHOWN_AT_FIRST.log),
  });
  const feed = new Feed(statusOf, first, gatherMs);
  const showStatus = (words = state) => {
    state = words;
    feed.statusChanged();
  };

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    answer(request, response).catch((error) => {
      if (response.headersSent) response.destroy();
      else send(response, 400, 'text/plain', wordsOf(error));
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { method, headers } = request;
    if (!LOCAL_NAME.test(headers.host ?? '')) return send(response, 403);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(pathname);
    // Of an answer to HEAD, Node sends no body.
    const isRead = method === 'GET' || method === 'HEAD';
    if (isRead && file) return send(response, 200, file.type, file.text);
    if (isRead && pathname === '/events') {
      response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
      if (method === 'HEAD') return response.end();
      response.write(`retry: ${RECONNECT_MS}\n\n`);
      return feed.add(response);
    }
    if (!simulator) return send(response, 503, 'text/plain', 'The Functions do not run yet');
    if (isRead && pathname === '/people') {
      const query = searchParams.get('q') ?? '';
      const people = findPeople(simulator.people().values(), query, PEOPLE_MAX);
      return sendJson(response, { people, ...readTypedAddress(query) });
    }
    if (isRead && pathname === '/customer') {
      return sendJson(response, findCustomer(simulator, searchParams.get('id') ?? '') ?? null);
    }
    if (isRead && pathname === '/run.json') {
      response.setHeader('Content-Disposition', 'attachment; filename="simulator-run.json"');
      return sendJson(response, runOf(simulator));
    }
    const act = actions[pathname];
    // A form of another site cannot have this type, and would be asked for before a script may use it.
    if (method !== 'POST' || !act) return send(response, 404);
    if (headers['content-type'] !== 'application/json') return send(response, 415);
    const going = act(simulator, asJson(await readBody(request)));
    void going?.catch(console.error).finally(() => showStatus());
    if (pathname === '/clear') feed.restart();
    else showStatus();
    return send(response, 204);
  }

  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** What the simulator is to tell this page. */
    listener: {
      exchange: (exchange) => feed.exchange(exchange),
      conversation: (conversation) => feed.conversation(conversation),
      log: (line) => feed.line(line),
      crash(restarted) {
        const before = state;
        showStatus(ENDED);
        restarted.then(
          () => state === ENDED && showStatus(before),
          (error) => state === ENDED && showStatus(cannotStart(error)),
        );
      },
    } satisfies SimulatorOptions['listener'],
    /** Shows a simulator that has started. */
    show(started: Simulator) {
      simulator = started;
      showStatus('');
    },
    /** Says what is going on; nothing if all is up to date. */
    say: showStatus,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function send(response: ServerResponse, status: number, type = 'text/plain', body: string | Buffer = '') {
  response.writeHead(status, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` }).end(body);
}

function sendJson(response: ServerResponse, value: unknown) {
  send(response, 200, 'application/json', JSON.stringify(value, null, 2));
}

/** What was wrong with the input, for who sees the page: without the path to it. */
function wordsOf(error: Error): string {
  if (!(error instanceof ZodError)) return error.message;
  return error.issues.map(({ message }) => message).join(' ');
}

/** @returns nothing if it is not JSON: each action says what it needs */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > INPUT_MAX_BYTES) throw new Error('more than 32 MB');
  }
  return Buffer.concat(chunks).toString();
}
