/**
 * How the sources in crm/ ask a CRM over HTTP. It is built on `node:https` and not on `fetch`, whose first use in a
 * process costs a cold start three times as much.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import type { EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';

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
  /** What may be the cause of other statuses, and what to do about it. */
  reasons?: Record<number, string>;
}

/** More than any answer to a question about one person. */
const ANSWER_MAX_BYTES = 1024 * 1024;
/** The pause before asking again where the CRM names none. */
const PAUSE_MS = 300;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const DROPPED = ['ECONNRESET', 'EPIPE'];
const REASONS: Record<number, string> = {
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [status, 'redirects are not followed'])),
  401: 'the credentials are refused',
  403: 'the credentials may not read this',
  429: 'too many requests',
};

/**
 * Asks a CRM, and once more where it is busy (429, 503) or drops the connection, if the time allows that. Redirects
 * are not followed, so that credentials go to no other host.
 *
 * @param signal ends the request
 * @param timeLeftMs how many milliseconds are left
 * @returns the status, and the JSON of the answer
 * @throws Error that says what the CRM answered instead, and nothing of the question
 */
export async function askCrm(
  request: CrmRequest,
  signal: AbortSignal,
  timeLeftMs: () => number,
): Promise<{ status: number; json?: unknown }> {
  const first = await send(request, signal);
  const pauseMs = pauseMsAfter(first) ?? Number.POSITIVE_INFINITY;
  if (pauseMs >= timeLeftMs()) return read(request, first);
  await setTimeout(pauseMs);
  return read(request, await send(request, signal));
}

/** A setting that the source cannot do without. @throws Error that names the variable where it is not set */
export function requiredSetting(context: EnvironmentVariables, name: string): string {
  const value = context[name]?.trim();
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/**
 * A setting that is the URL of a CRM.
 *
 * @throws Error that names the variable where it is neither https nor on the machine itself
 */
export function requiredUrl(context: EnvironmentVariables, name: string): URL {
  const text = requiredSetting(context, name);
  const { protocol, hostname } = URL.canParse(text) ? new URL(text) : {};
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname ?? ''))) return new URL(text);
  throw new Error(`${name} has to be a URL that starts with https://, or http://localhost`);
}

/** The list of objects under that name. @throws Error where the answer has none */
export function objectsIn(json: unknown, name: string, crm: string): Record<string, unknown>[] {
  const list = isObject(json) ? json[name] : undefined;
  if (!Array.isArray(list) || !list.every(isObject)) throw new Error(`${crm} answered no list of ${name}`);
  return list;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What came back: an answer, or the code of what went wrong on the way. */
interface Outcome {
  status?: number;
  retryAfter?: string;
  body?: string;
  code?: string;
}

async function send({ crm, url, method, headers, body }: CrmRequest, signal: AbortSignal) {
  const open = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise<Outcome>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      error.code ? resolve({ code: error.code }) : reject(error);
    const answered = async (response: IncomingMessage) => {
      const { statusCode: status = 0 } = response;
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of isSuccess(status) ? response : []) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > ANSWER_MAX_BYTES) throw new Error(`${crm} answered more than 1 MB`);
      }
      response.destroy();
      resolve({
        status,
        retryAfter: response.headers['retry-after'],
        body: Buffer.concat(chunks).toString(),
      });
    };
    const sent = open(url, { method, signal, headers: { Accept: 'application/json', ...headers } });
    sent.on('error', failed);
    sent.on('response', (response) => answered(response).catch(failed));
    sent.end(body);
  });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** How long to wait before asking again; `undefined` where that would be of no use. */
function pauseMsAfter({ status, code, retryAfter }: Outcome): number | undefined {
  if (code) return DROPPED.includes(code) ? 0 : undefined;
  if (status !== 429 && status !== 503) return undefined;
  if (!retryAfter) return PAUSE_MS;
  const seconds = Number(retryAfter);
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? PAUSE_MS : Math.max(0, ms);
}

function read({ crm, expected = [], reasons = {} }: CrmRequest, { status, code, body }: Outcome) {
  if (status === undefined) {
    const what = DROPPED.includes(code ?? '') ? 'dropped the connection' : 'could not be reached';
    throw new Error(`${crm} ${what} (${code})`);
  }
  if (expected.includes(status)) return { status };
  if (!isSuccess(status)) {
    const reason = reasons[status] ?? REASONS[status] ?? (status >= 500 ? 'it has a problem of its own' : '');
    throw new Error(`${crm} answered ${status}${reason && `: ${reason}`}`);
  }
  try {
    return { status, json: JSON.parse(body ?? '') as unknown };
  } catch {
    throw new Error(`${crm} answered ${status} with malformed JSON`);
  }
}
