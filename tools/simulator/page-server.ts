import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Simulator } from './simulator';
import { FAULTS, isFaultId } from './switches';

const PAGE = join(__dirname, 'page');
const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const MessageInput = z.object({
  from: z.string().trim().min(1).max(256),
  text: z.string().max(1600),
  others: z.array(z.string().trim().min(1)).max(8).optional(),
});
const FaultInput = z.object({ id: z.string().refine(isFaultId), on: z.boolean() });

/**
 * Serves the simulator's page, on loopback only: it shows customers.
 *
 * @param port 0 is any free one
 * @throws Error with the code EADDRINUSE if the port is taken
 */
export async function servePage(port: number) {
  const viewers = new Set<ServerResponse>();
  let simulator: Simulator | undefined;
  /** What keeps the Functions from being up to date, in words. */
  let state = '';

  const snapshot = () => JSON.stringify(simulator ? viewOf(simulator, state) : {});
  const server = createServer(async (request, response) => {
    try {
      await answer(request, response);
    } catch (error) {
      response.writeHead(400, { 'Content-Type': 'text/plain' }).end(String(error));
    }
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { method, url = '/', headers } = request;
    // Another name that leads to loopback is some web page's attempt to read along.
    if (!/^(localhost|127\.0\.0\.1)(:|$)/.test(headers.host ?? '')) return void response.writeHead(403).end();
    if (method === 'GET' && url === '/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write(`data: ${snapshot()}\n\n`);
      viewers.add(response);
      return void response.on('close', () => viewers.delete(response));
    }
    if (method === 'POST' && simulator && headers['content-type'] === 'application/json') {
      const input = await json(request);
      if (url === '/messages') void simulator.twilio.receive(MessageInput.parse(input));
      else if (url === '/faults') {
        const { id, on } = FaultInput.parse(input);
        if (isFaultId(id)) simulator.setFault(id, on);
      }
      response.writeHead(204).end();
      return show();
    }
    const file = url === '/' ? '/index.html' : url;
    const type = TYPES[extname(file)];
    if (method !== 'GET' || !type || !/^\/[a-z]+\.[a-z]+$/.test(file))
      return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(readFileSync(join(PAGE, file)));
  }

  /** Sends what there is to see to all who look at the page. */
  function show(changed: { simulator?: Simulator; state?: string } = {}) {
    simulator = changed.simulator ?? simulator;
    state = changed.state ?? state;
    for (const viewer of viewers) viewer.write(`data: ${snapshot()}\n\n`);
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    show,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function viewOf({ twilio, functionsUrl, source, customersFile, people, log }: Simulator, state: string) {
  const faults = Object.entries(FAULTS).map(([id, label]) => ({
    id,
    label,
    on: isFaultId(id) && twilio.faults.has(id),
  }));
  const { conversations, traffic } = twilio;
  return {
    functionsUrl: functionsUrl(),
    customersFrom: customersFile() ?? source(),
    state,
    faults,
    conversations,
    traffic,
    people: people(),
    log: log(),
  };
}
