import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';

/** A Participant, as far as an update touches it. */
export interface Participant {
  sid: string;
  conversationSid: string;
  /** The Conversations service, where it is not the account's default one. */
  chatServiceSid?: string;
  /** JSON */
  attributes: string;
}

/** What can go wrong with a call: an error of Twilio's, no answer, half an answer, or one that never ends. */
export type Fault = { status: number; code?: number } | 'hang' | 'drop' | 'malformed' | 'drip';

/** A call that came in. */
export interface Call {
  path: string;
  headers: IncomingMessage['headers'];
  /** JSON, as the call would set it. */
  attributes: string | null;
  /** The status that it was answered with, or what became of it instead. */
  outcome: number | Exclude<Fault, object>;
}

/** What `startConversationsApi` gives. */
export type ConversationsApi = Awaited<ReturnType<typeof startConversationsApi>>;

/** https://www.twilio.com/docs/conversations/conversations-limits */
const ATTRIBUTES_MAX_BYTES = 4 * 1024;
/** The account's default Conversations service, which a path may name or leave out. */
export const DEFAULT_SERVICE_SID = `IS${'0'.repeat(32)}`;
const HOST = 'conversations.twilio.com';
const PATH = /^\/v1(?:\/Services\/(IS\w+))?\/Conversations\/(CH\w+)\/Participants\/(MB\w+)$/;

/**
 * Stands in for conversations.twilio.com: updates Participants, with Twilio's checks and error bodies, over TLS.
 * Twilio's helper library talks to it unchanged in a process that is started with `env`.
 */
export async function startConversationsApi(
  accountSid: string,
  authToken: string,
  onCall: (call: Call) => void = () => undefined,
) {
  const participants = new Map<string, Participant>();
  const api = {
    /** Each call that came in. */
    calls: [] as Call[],
    /** What becomes of the next calls, a fault each. */
    faults: [] as Fault[],
    /** What becomes of every call. */
    fault: undefined as Fault | undefined,
    /** The SIDs of conversations that are still being created. */
    initializing: new Set<string>(),
    participant: (sid: string) => participants.get(sid),
    add: (participant: Participant) => participants.set(participant.sid, participant),
  };

  function answer(path: string, authorization: string | undefined, attributes: string | null) {
    const [, service = DEFAULT_SERVICE_SID, conversation, sid = ''] = PATH.exec(path) ?? [];
    const participant = participants.get(sid);
    if (authorization !== `Basic ${btoa(`${accountSid}:${authToken}`)}`) return error(401, 20003);
    if (!participant || participant.conversationSid !== conversation || serviceOf(participant) !== service) {
      return error(404, 20404);
    }
    if (api.initializing.has(participant.conversationSid)) return error(409, 50386);
    if (attributes === null || !isAttributes(attributes)) return error(400, 20001);
    participant.attributes = attributes;
    const { conversationSid } = participant;
    const body = {
      account_sid: accountSid,
      conversation_sid: conversationSid,
      sid,
      attributes,
      url: `https://${HOST}${path}`,
    };
    return { status: 200, body };
  }

  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    const attributes = new URLSearchParams(await text(request)).get('Attributes');
    const fault = api.faults.shift() ?? api.fault;
    const note = (outcome: Call['outcome']) => {
      const call = { path, headers: request.headers, attributes, outcome };
      api.calls.push(call);
      onCall(call);
    };
    if (fault === 'hang' || fault === 'drop' || fault === 'drip') {
      note(fault);
      if (fault === 'drop') request.socket.destroy();
      if (fault === 'drip') {
        const dripping = setInterval(() => response.write(' '), 100);
        response.on('close', () => clearInterval(dripping));
      }
      return;
    }
    const { status, body } =
      typeof fault === 'object'
        ? error(fault.status, fault.code)
        : answer(path, request.headers.authorization, attributes);
    note(fault === 'malformed' ? fault : status);
    response.setHeader('Content-Type', 'application/json');
    const json = JSON.stringify(body);
    response.writeHead(status).end(fault === 'malformed' ? json.slice(0, json.length / 2) : json);
  };

  const { private: key, cert } = await generate([{ name: 'commonName', value: HOST }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: HOST }] }],
  });
  const folder = mkdtempSync(join(tmpdir(), 'conversations-api-'));
  const certificate = join(folder, 'certificate.pem');
  writeFileSync(certificate, cert);

  const server = createServer({ key, cert }, onRequest);
  const port = await listen(server);
  const proxy = createProxy();
  proxy.on('connect', ({ url }, client) => {
    if (url !== `${HOST}:443`) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
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
    /** For the process that calls Twilio: leads there through a proxy, and has its certificate trusted. */
    env: { HTTP_PROXY: `http://127.0.0.1:${proxyPort}`, NODE_EXTRA_CA_CERTS: certificate },
    close() {
      server.close();
      server.closeAllConnections();
      proxy.close();
      rmSync(folder, { recursive: true });
    },
  });
}

function serviceOf({ chatServiceSid = DEFAULT_SERVICE_SID }: Participant): string {
  return chatServiceSid;
}

async function listen(server: NetServer): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** An error as Twilio words it: https://www.twilio.com/docs/usage/twilios-response#twilios-response-exceptions */
function error(status: number, code: number = 20000 + status) {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { status, body: { code, message: `Error ${code}`, more_info, status } };
}

function isAttributes(json: string): boolean {
  try {
    JSON.parse(json);
    return Buffer.byteLength(json) <= ATTRIBUTES_MAX_BYTES;
  } catch {
    return false;
  }
}
