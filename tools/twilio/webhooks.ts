import type { Twilio } from 'twilio';
import { described, isUndone, type TwilioError } from './errors';
import { type Retries, withRetries } from './retries';

/** What has webhooks: the account (the global ones), or one Conversations service (`IS…`), whose own replace the global ones. */
export type Scope = 'account' | `IS${string}`;

/** Where Twilio sends the events of conversations, and which. What is not set is empty. */
export interface Webhooks {
  preWebhookUrl: string;
  postWebhookUrl: string;
  /** Names of events: https://www.twilio.com/docs/conversations/conversations-webhooks */
  filters: string[];
  /** GET or POST. */
  method: string;
  /** `webhook`, or `flex` on an account with Flex; a service has none. */
  target: string;
}

/** How often Twilio sends a webhook of a service again: https://www.twilio.com/docs/chat/rest/service-resource */
export interface RetryCounts {
  pre: number;
  post: number;
}

type Change = NonNullable<Parameters<ReturnType<typeof resourceOf>['update']>[0]>;

/**
 * Sees before each attempt to write that nobody else has set it meanwhile. An attempt that seemed to fail may have been
 * made all the same: then there is nothing more to write.
 *
 * @throws Problem to stop it
 */
export type Guard<T> = (now: T, isFirst: boolean) => 'write' | 'written';

/** Reads webhooks. @throws TwilioError if Twilio does not answer */
export function readWebhooks(twilio: Twilio, scope: Scope, retries: Retries): Promise<Webhooks> {
  return withRetries(() => fetchWebhooks(twilio, scope), retries);
}

/** Reads webhooks; `undefined` if there is no such service. @throws TwilioError if Twilio does not answer */
export async function findWebhooks(
  twilio: Twilio,
  scope: Scope,
  retries: Retries,
): Promise<Webhooks | undefined> {
  return readWebhooks(twilio, scope, retries).catch((error: TwilioError) => {
    if (error.status !== 404) throw error;
    return undefined;
  });
}

/** Whether anything is called: only then a service's own webhooks replace the global ones. */
export function hasUrl({ preWebhookUrl, postWebhookUrl }: Webhooks): boolean {
  return Boolean(preWebhookUrl || postWebhookUrl);
}

async function fetchWebhooks(twilio: Twilio, scope: Scope): Promise<Webhooks> {
  const resource = described(await resourceOf(twilio, scope).fetch(), 'accountSid');
  return {
    preWebhookUrl: resource.preWebhookUrl ?? '',
    postWebhookUrl: resource.postWebhookUrl ?? '',
    filters: resource.filters ?? [],
    method: resource.method ?? '',
    target: resource.target ?? '',
  };
}

/**
 * Replaces webhooks. Twilio does not describe whether it takes what is empty: what it refuses is left out, and stays. So
 * read it again.
 *
 * @throws TwilioError if Twilio does not answer, or refuses it; Problem if the guard stops it
 */
export async function writeWebhooks(
  twilio: Twilio,
  scope: Scope,
  { filters, method, target, preWebhookUrl, postWebhookUrl }: Webhooks,
  guard: Guard<Webhooks>,
  retries: Retries,
): Promise<void> {
  const change: Change = {};
  if (preWebhookUrl) change.preWebhookUrl = preWebhookUrl;
  if (postWebhookUrl) change.postWebhookUrl = postWebhookUrl;
  if (filters.length > 0) change.filters = filters;
  if (method) change.method = method;
  if (target) change.target = target as Change['target'];
  const read = () => fetchWebhooks(twilio, scope);
  const update = (of: Change) => write(read, guard, () => resourceOf(twilio, scope).update(of), retries);
  const isEmptying = !preWebhookUrl || !postWebhookUrl || filters.length === 0;
  if (!isEmptying) return update(change);
  // The helper library leaves an empty list out.
  await update({ preWebhookUrl, postWebhookUrl, filters: [''], ...change }).catch((error: TwilioError) => {
    if (error.status !== 400) throw error;
    return update(change);
  });
}

/** Reads retry counts. @throws TwilioError if Twilio does not answer */
export function readRetryCounts(twilio: Twilio, serviceSid: string, retries: Retries): Promise<RetryCounts> {
  return withRetries(() => fetchRetryCounts(twilio, serviceSid), retries);
}

async function fetchRetryCounts(twilio: Twilio, serviceSid: string): Promise<RetryCounts> {
  const service = described(await twilio.chat.v2.services(serviceSid).fetch(), 'sid');
  const { preWebhookRetryCount, postWebhookRetryCount } = service;
  return { pre: preWebhookRetryCount ?? 0, post: postWebhookRetryCount ?? 0 };
}

/** Sets retry counts. @throws TwilioError if Twilio does not answer, or refuses it; Problem if the guard stops it */
export async function writeRetryCounts(
  twilio: Twilio,
  serviceSid: string,
  { pre, post }: RetryCounts,
  guard: Guard<RetryCounts>,
  retries: Retries,
): Promise<void> {
  const change = { preWebhookRetryCount: pre, postWebhookRetryCount: post };
  const read = () => fetchRetryCounts(twilio, serviceSid);
  await write(read, guard, () => twilio.chat.v2.services(serviceSid).update(change), retries);
}

/**
 * Calls Twilio. What is interrupted once Twilio has answered counts as written: see `withRetries`.
 *
 * @throws TwilioError or Problem with `mayBeDone`
 */
async function write<T>(
  read: () => Promise<T>,
  guard: Guard<T>,
  call: () => Promise<unknown>,
  retries: Retries,
) {
  let mayBeDone = false;
  let isFirst = true;
  const noting = async () => {
    const next = guard(await read(), isFirst);
    isFirst = false;
    try {
      if (next === 'write') await call();
    } catch (error) {
      mayBeDone ||= !isUndone(error);
      throw error;
    }
  };
  await withRetries(noting, retries).catch((error: TwilioError) => {
    throw Object.assign(error, { mayBeDone });
  });
}

/** Webhooks of services have the same methods, and no target. */
function resourceOf({ conversations: { v1 } }: Twilio, scope: Scope) {
  const { webhooks } = scope === 'account' ? v1.configuration : v1.services(scope).configuration;
  return (webhooks as typeof v1.configuration.webhooks)();
}
