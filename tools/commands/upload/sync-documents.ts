import { setMaxListeners } from 'node:events';
import type { Twilio } from 'twilio';
import { describeError, isRefused, type TwilioError } from '../../twilio/errors';
import { SYNC_CREATIONS_PER_SECOND } from '../../twilio/limits';
import { forEachAtPace, type Pace, type PacedCall } from '../../twilio/pace';
import { type Retries, withRetries } from '../../twilio/retries';
import { PREFIX, type Step } from './plan-upload';

/** The Documents of one Sync service, by Twilio's helper library. */
export type Documents = ReturnType<Twilio['sync']['v1']['services']>['documents'];

type DocumentPage = Awaited<ReturnType<Documents['page']>>;

/** A step that did not succeed, and why not: without a name or a number. */
export interface Failure {
  step: Step;
  reason: string;
}

/** Creations have a limit of their own; updates and removals are limited for each Document: https://www.twilio.com/docs/sync/limits */
const PACES: Record<Step['what'], Pace> = {
  create: { atATime: 20, perSecond: SYNC_CREATIONS_PER_SECOND },
  update: { atATime: 20, perSecond: 100 },
  remove: { atATime: 20, perSecond: 100 },
};
const PAGE_SIZE = 100;
/** After how many failures it gives up. */
const FAILURES_MAX = 50;
/** https://www.twilio.com/docs/api/errors/54301 */
const UNIQUE_NAME_TAKEN = 54301;

/** The customers who are in Sync already, by unique name. @throws TwilioError if Sync does not answer */
export async function readDocuments(documents: Documents, retries: Retries): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  let page: DocumentPage | undefined = await withRetries(
    () => documents.page({ pageSize: PAGE_SIZE }),
    retries,
  );
  while (page) {
    for (const { uniqueName, data } of page.instances) {
      if (uniqueName?.startsWith(PREFIX)) found.set(uniqueName, data);
    }
    const nextPageUrl: string | undefined = page.nextPageUrl;
    page = nextPageUrl ? await withRetries(() => documents.getPage(nextPageUrl), retries) : undefined;
  }
  return found;
}

/**
 * Takes the steps, several at a time. If credentials are refused, or too much fails, those that are left are not taken.
 *
 * @param retries its signal ends it, after the steps that are under way
 * @param onStep is called after each step
 */
export async function takeSteps(
  steps: Step[],
  documents: Documents,
  retries: Retries,
  onStep: () => void = () => undefined,
): Promise<{ done: Step[]; failures: Failure[] }> {
  const done: Step[] = [];
  const failures: Failure[] = [];
  const hopeless = new AbortController();
  const signal = AbortSignal.any([retries.signal, hopeless.signal]);
  setMaxListeners(Number.POSITIVE_INFINITY, signal);
  const take = async (step: Step, call: PacedCall) => {
    try {
      const attempt = async () => {
        await takeStep(step, documents);
        // Within the call: a step that was taken counts, even if it was interrupted meanwhile.
        done.push(step);
      };
      await withRetries(() => call(attempt), { ...retries, signal });
    } catch (error) {
      if (signal.aborted) return;
      failures.push({ step, reason: describeSyncError(error) });
      if (isRefused(error) || failures.length >= FAILURES_MAX) hopeless.abort();
    }
    onStep();
  };
  // One kind after the other, removals last.
  for (const what of ['create', 'update', 'remove'] as const) {
    const ofKind = steps.filter((step) => step.what === what);
    await forEachAtPace(ofKind, PACES[what], signal, take);
  }
  return { done, failures };
}

async function takeStep({ what, uniqueName, data }: Step, documents: Documents): Promise<unknown> {
  const document = documents(encodeURIComponent(uniqueName));
  if (what === 'update') return document.update({ data });
  const call = what === 'create' ? documents.create({ uniqueName, data }) : document.remove();
  return call.catch((error: TwilioError) => {
    // It was made meanwhile, or by a request whose answer got lost; so it may be with what is gone already.
    if (what === 'create' && error.code === UNIQUE_NAME_TAKEN) return document.update({ data });
    if (what === 'remove' && error.status === 404) return undefined;
    throw error;
  });
}

/** What Sync answered, and what to do about it. */
export function describeSyncError(error: unknown): string {
  return describeError(error, 'Sync', { 404: 'is SYNC_SERVICE_SID a Sync service of your account?' });
}
