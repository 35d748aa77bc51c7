import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import PQueue from 'p-queue';
import pRetry from 'p-retry';
import type { Twilio } from 'twilio';
import type { AddressedCustomer } from '../../customers/read-customers';

/** The Documents of one Sync service, by Twilio's helper library. */
export type Documents = ReturnType<Twilio['sync']['v1']['services']>['documents'];

type DocumentPage = Awaited<ReturnType<Documents['page']>>;

/** One thing to do, so that Sync has what is listed. */
export interface Step {
  what: 'create' | 'update' | 'remove';
  uniqueName: string;
  data: Record<string, unknown>;
}

/** A step that did not succeed, and why not: without a name or a number. */
export interface Failure {
  step: Step;
  reason: string;
}

/** What tells the customers' Documents from others of the same service: see assets/crm/sync.private.ts. */
const PREFIX = 'customer:';
/** https://www.twilio.com/docs/sync/limits */
const UNIQUE_NAME_MAX_LENGTH = 320;
const DATA_MAX_BYTES = 16 * 1024;
/** A fraction of what Twilio takes on one connection: https://www.twilio.com/docs/sync/limits */
const REQUESTS_A_SECOND = 100;
const AT_A_TIME = 20;
const PAGE_SIZE = 100;
/** When to stop trying. */
const FAILURES_MAX = 50;
/** https://www.twilio.com/docs/api/errors/54301 */
const UNIQUE_NAME_TAKEN = 54301;

/** The Document of a customer. */
export function documentOf({ key, ...data }: AddressedCustomer): { uniqueName: string; data: Step['data'] } {
  return { uniqueName: PREFIX + key, data };
}

/** What Sync would not take of the customers. */
export function tooLarge(customers: AddressedCustomer[]): string[] {
  return customers.flatMap((customer) => {
    const { uniqueName, data } = documentOf(customer);
    const of = `customer_id ${JSON.stringify(customer.customer_id)}`;
    if (uniqueName.length > UNIQUE_NAME_MAX_LENGTH) return `${of} has an address that is too long for Sync`;
    if (Buffer.byteLength(JSON.stringify(data)) > DATA_MAX_BYTES)
      return `${of} has over 16 KB: shorten it for Sync`;
    return [];
  });
}

/** The customers who are in Sync already, by unique name. @throws where Sync does not answer */
export async function readDocuments(
  documents: Documents,
  signal: AbortSignal,
): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  let page: DocumentPage | undefined = await lasting(() => documents.page({ pageSize: PAGE_SIZE }), signal);
  while (page) {
    for (const { uniqueName, data } of page.instances) {
      if (uniqueName?.startsWith(PREFIX)) found.set(uniqueName, data);
    }
    const nextPageUrl: string | undefined = page.nextPageUrl;
    page = nextPageUrl ? await lasting(() => documents.getPage(nextPageUrl), signal) : undefined;
  }
  return found;
}

/** What is to be done where `existing` is in Sync, and `customers` should be. Removals come last. */
export function stepsTo(customers: AddressedCustomer[], existing: Map<string, unknown>): Step[] {
  const wanted = customers.map(documentOf);
  const listed = new Set(wanted.map(({ uniqueName }) => uniqueName));
  const changed = wanted.flatMap((document): Step[] => {
    const { uniqueName, data } = document;
    if (!existing.has(uniqueName)) return [{ what: 'create', ...document }];
    return isDeepStrictEqual(existing.get(uniqueName), data) ? [] : [{ what: 'update', ...document }];
  });
  const gone = [...existing.keys()].filter((uniqueName) => !listed.has(uniqueName));
  return [...changed, ...gone.map((uniqueName): Step => ({ what: 'remove', uniqueName, data: {} }))];
}

/**
 * Takes the steps, several at a time. Where credentials are refused, or too much fails, those that are left are not taken.
 *
 * @param signal ends it, after the steps that are under way
 * @param onStep is told each step that has been taken
 */
export async function takeSteps(
  steps: Step[],
  documents: Documents,
  signal: AbortSignal,
  onStep: () => void = () => undefined,
): Promise<{ done: Step[]; failures: Failure[] }> {
  const done: Step[] = [];
  const failures: Failure[] = [];
  const hopeless = new AbortController();
  const ended = AbortSignal.any([signal, hopeless.signal]);
  setMaxListeners(Number.POSITIVE_INFINITY, ended);
  const queue = new PQueue({ concurrency: AT_A_TIME, intervalCap: REQUESTS_A_SECOND, interval: 1000 });
  ended.addEventListener('abort', () => queue.clear());
  const take = async (step: Step) => {
    try {
      await lasting(async () => {
        await takeStep(step, documents);
        done.push(step);
      }, ended);
    } catch (error) {
      if (signal.aborted) return;
      failures.push({ step, reason: reasonOf(error) });
      if (isRefusal(error) || failures.length >= FAILURES_MAX) hopeless.abort();
    }
    onStep();
  };
  if (!ended.aborted) for (const step of steps) queue.add(() => take(step));
  await queue.onIdle();
  return { done, failures };
}

async function takeStep({ what, uniqueName, data }: Step, documents: Documents): Promise<unknown> {
  const document = documents(encodeURIComponent(uniqueName));
  if (what === 'update') return document.update({ data });
  const call = what === 'create' ? documents.create({ uniqueName, data }) : document.remove();
  return call.catch((error: ApiError) => {
    // It was made meanwhile, or by a request whose answer got lost; so it may be with what is gone already.
    if (what === 'create' && error.code === UNIQUE_NAME_TAKEN) return document.update({ data });
    if (what === 'remove' && error.status === 404) return undefined;
    throw error;
  });
}

/** Tries again, with growing pauses, what may pass: 429, 5xx, no answer. */
function lasting<T>(call: () => PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return pRetry(call, {
    retries: 6,
    minTimeout: 500,
    maxTimeout: 10_000,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => {
      const { status = 500 } = error as ApiError;
      return status === 429 || status >= 500;
    },
  });
}

/** An error of Twilio's, or of the connection. */
type ApiError = Error & { status?: number; code?: number | string };

/** What Sync said, in words that tell nothing of the customer. */
export function reasonOf(error: unknown): string {
  const { status, code } = error as ApiError;
  if (isRefusal(error))
    return `Sync answered ${status}: are ACCOUNT_SID and AUTH_TOKEN those of your account?`;
  if (status === 404) return 'Sync answered 404: is SYNC_SERVICE_SID a Sync service of your account?';
  return status ? `Sync answered ${status} (${code})` : `no answer from Sync (${code ?? 'interrupted'})`;
}

function isRefusal(error: unknown): boolean {
  return [401, 403].includes((error as ApiError).status ?? 0);
}
