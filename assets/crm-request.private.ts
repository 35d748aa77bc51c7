/**
 * How the sources in crm/ ask a CRM over HTTP. It is built on `node:https` and not on `fetch`, whose first use in a
 * process costs a cold start three times as much.
 */
import { once } from 'node:events';
import { globalAgent as httpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { globalAgent as httpsAgent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A question to a CRM. It only reads, so that asking twice does no harm. */
export interface CrmRequest {
  /** The CRM's name in error messages. */
  crm: string;
  url: URL;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** Statuses that are answers too, beside 200 to 299: their body is not read. */
  expected?: number[];
  /** Where the CRM writes its error code in the JSON of an error answer. Without it, no error answer is read. */
  errorCode?: (json: unknown) => unknown;
  /** What may be the cause of an error answer, and what to do about it: by error code, or else by status. */
  reasons?: Record<string, string>;
  /** For how long the CRM refuses everything after 429, if it does not say so. */
  refusalMs?: number;
}

/** What a CRM answered. Nothing of it has been checked. */
export interface CrmAnswer {
  status: number;
  /** The JSON of the answer; `undefined` if the status is one of those that were expected. */
  json: unknown;
  /** The answer as an object. @throws Error if it is not one */
  object(): Record<string, unknown>;
  /** The list of objects of that name in the answer. @throws Error if there is none */
  list(name: string): Record<string, unknown>[];
}

/** More than any answer to a question about one person. */
const ANSWER_MAX_BYTES = 1024 * 1024;
/** More than any answer that says what is wrong. */
const ERROR_MAX_BYTES = 16 * 1024;
/** How long the rest of an answer may take that is only read to keep the connection. */
const DRAIN_MS = 100;
/** The pause before asking again if the CRM names none; it doubles from time to time. */
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 1000;
/** A connection that has been idle for that long may be dead: an instance is frozen between two events. */
const IDLE_MAX_MS = 2000;
const DROPPED = ['ECONNRESET', 'EPIPE'];
/** As vendors write their codes. */
const ERROR_CODE = /^[A-Z]+(?:_[A-Z]+)+$/i;
/** Some servers write it before JSON: https://www.rfc-editor.org/rfc/rfc8259#section-8.1 */
const BYTE_ORDER_MARK = /^\uFEFF/;
const TRANSIENT = [429, 500, 502, 503, 504];
const REASONS: Record<string, string> = {
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [status, 'redirects are not followed'])),
  401: 'the credentials are refused',
  403: 'the credentials may not read this',
  429: 'too many requests',
};

/** When connections were used last, by the clock: `performance.now()` may stand still while an instance is frozen. */
const usedAt = new WeakMap<Socket, number>();

/**
 * Asks a CRM, and again with growing pauses as long as it is busy (429, 500, 502, 503, 504) and there is time, or as its
 * Retry-After says; after a dropped connection once more on a new one. Redirects are not followed, so that credentials go
 * to no other host.
 *
 * @param signal ends the request
 * @param timeLeftMs how many milliseconds are left
 * @throws Error that says what the CRM answered instead, and nothing of the question; `Unanswered` if it may do so later
 */
export async function askCrm(
  request: CrmRequest,
  signal: AbortSignal,
  timeLeftMs: () => number,
): Promise<CrmAnswer> {
  let isDropped = false;
  for (let busyPauseMs = FIRST_PAUSE_MS; ; busyPauseMs = Math.min(2 * busyPauseMs, LONGEST_PAUSE_MS)) {
    closeIdleConnections(request.url, IDLE_MAX_MS);
    const outcome = await send(request, signal);
    if (DROPPED.includes(outcome.error?.code ?? '') && !isDropped) {
      isDropped = true;
      // If one was dead, the others may be.
      closeIdleConnections(request.url, 0);
      continue;
    }
    const pauseMs = pauseMsAfter(outcome, busyPauseMs, request.refusalMs);
    if (pauseMs === undefined || pauseMs >= timeLeftMs()) return read(request, { ...outcome, pauseMs });
    await setTimeout(pauseMs, undefined, { signal });
  }
}

/** Whether it is a JSON object: neither null nor a list. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What came back: an answer, or what went wrong on the way. */
interface Outcome {
  status?: number;
  retryAfter?: string;
  body?: string;
  error?: NodeJS.ErrnoException;
  /** How long to wait before asking again; `undefined` if that would be of no use. */
  pauseMs?: number;
}

async function send(request: CrmRequest, signal: AbortSignal) {
  const { crm, url, method, headers, body, errorCode, expected } = request;
  const open = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise<Outcome>((resolve, reject) => {
    let socketUsed: Socket | undefined;
    const failed = (error: NodeJS.ErrnoException) => (error.code ? resolve({ error }) : reject(error));
    const answered = async (response: IncomingMessage) => {
      const { statusCode: status = 0 } = response;
      const maxBytes = isSuccess(status) ? ANSWER_MAX_BYTES : errorCode ? ERROR_MAX_BYTES : 0;
      if (maxBytes === 0 && expected?.includes(status)) await drain(response);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of maxBytes > 0 ? response : []) {
        bytes += chunk.length;
        if (bytes > maxBytes) break;
        chunks.push(chunk);
      }
      if (isSuccess(status) && bytes > maxBytes) throw new Error(`${crm} answered more than 1 MB`);
      if (socketUsed) usedAt.set(socketUsed, Date.now());
      response.destroy();
      resolve({
        status,
        retryAfter: response.headers['retry-after'],
        body: Buffer.concat(chunks).toString(),
      });
    };
    const sent = open(url, { method, signal, headers: { Accept: 'application/json', ...headers } });
    sent.on('error', failed);
    sent.on('socket', (socket) => {
      socketUsed = socket;
    });
    sent.on('response', (response) => answered(response).catch(failed));
    sent.end(body);
  });
}

/** Reads what is of no use: an answer that is not read to its end takes the connection with it. */
async function drain(response: IncomingMessage): Promise<void> {
  const signal = AbortSignal.timeout(DRAIN_MS);
  await once(response.resume(), 'close', { signal }).catch(() => undefined);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Closes connections that have not been used for so many milliseconds: the next request opens a new one. */
function closeIdleConnections({ protocol }: URL, idleMs: number) {
  const { freeSockets } = protocol === 'https:' ? httpsAgent : httpAgent;
  for (const socket of Object.values(freeSockets).flat()) {
    // Whichever way the clock was set meanwhile.
    if (socket && Math.abs(Date.now() - (usedAt.get(socket) ?? 0)) >= idleMs) socket.destroy();
  }
}

/** How long to wait before asking again; `undefined` if that would be of no use. */
function pauseMsAfter({ status = 0, retryAfter = '' }: Outcome, busyPauseMs: number, refusalMs?: number) {
  if (!TRANSIENT.includes(status)) return undefined;
  const jitteredMs = busyPauseMs * (0.5 + Math.random() / 2);
  const seconds = Number(retryAfter || Number.NaN);
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  if (!Number.isNaN(ms)) return Math.max(0, ms) + jitteredMs / 2;
  return status === 429 && refusalMs ? refusalMs : jitteredMs;
}

function read(request: CrmRequest, { status, error, body = '', pauseMs }: Outcome): CrmAnswer {
  const { crm, expected = [], reasons = {} } = request;
  if (status === undefined) {
    const { code = '' } = error ?? {};
    const what = DROPPED.includes(code) ? 'dropped the connection' : 'could not be reached';
    throw Object.assign(new Error(`${crm} ${what} (${code})`, { cause: error }), { code });
  }
  if (expected.includes(status)) return answerOf(crm, status, undefined);
  if (!isSuccess(status)) {
    const code = errorCodeIn(body, request);
    const reason =
      reasons[code] ??
      reasons[status] ??
      REASONS[status] ??
      (status >= 500 ? 'it has a problem of its own' : '');
    const problem = `${crm} answered ${status}${code && ` (${code})`}${reason && `: ${reason}`}`;
    const isBusy = pauseMs !== undefined;
    throw Object.assign(new Error(problem), { status, isBusy, retryAfterMs: pauseMs });
  }
  try {
    return answerOf(crm, status, JSON.parse(body.replace(BYTE_ORDER_MARK, '')));
  } catch (cause) {
    throw new Error(`${crm} answered ${status} with malformed JSON`, { cause });
  }
}

/** The vendor's error code; empty if there is none that looks like one. */
function errorCodeIn(body: string, { errorCode }: CrmRequest): string {
  try {
    const code = errorCode?.(JSON.parse(body));
    return typeof code === 'string' && ERROR_CODE.test(code) && code.length <= 60 ? code : '';
  } catch {
    return '';
  }
}

function answerOf(crm: string, status: number, json: unknown): CrmAnswer {
  return {
    status,
    json,
    object() {
      if (!isObject(json)) throw new Error(`${crm} did not answer with an object`);
      return json;
    },
    list(name) {
      const list = isObject(json) ? json[name] : undefined;
      if (Array.isArray(list) && list.every(isObject)) return list;
      throw new Error(`${crm} did not answer with a list of ${name}`);
    },
  };
}
