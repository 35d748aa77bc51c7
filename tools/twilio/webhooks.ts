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

/** Reads webhooks. @throws TwilioError if Twilio does not answer */
export async function readWebhooks(twilio: Twilio, scope: Scope, retries: Retries): Promise<Webhooks> {
  const fetched = async () => described(await resourceOf(twilio, scope).fetch(), 'accountSid');
  const resource = await withRetries(fetched, retries);
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
 * @throws TwilioError if Twilio does not answer, or refuses it
 */
export async function writeWebhooks(
  twilio: Twilio,
  scope: Scope,
  { filters, method, target, preWebhookUrl, postWebhookUrl }: Webhooks,
  retries: Retries,
): Promise<void> {
  const change: Change = {};
  if (preWebhookUrl) change.preWebhookUrl = preWebhookUrl;
  if (postWebhookUrl) change.postWebhookUrl = postWebhookUrl;
  if (filters.length > 0) change.filters = filters;
  if (method) change.method = method;
  if (target) change.target = target as Change['target'];
  const update = (of: Change) => write(() => resourceOf(twilio, scope).update(of), retries);
  const isEmptying = !preWebhookUrl || !postWebhookUrl || filters.length === 0;
  if (!isEmptying) return update(change);
  // The helper library leaves an empty list out.
  await update({ preWebhookUrl, postWebhookUrl, filters: [''], ...change }).catch((error: TwilioError) => {
    if (error.status !== 400) throw error;
    return update(change);
  });
}

/** Reads retry counts. @throws TwilioError if Twilio does not answer */
export async function readRetryCounts(
  twilio: Twilio,
  serviceSid: string,
  retries: Retries,
): Promise<RetryCounts> {
  const fetched = async () => described(await twilio.chat.v2.services(serviceSid).fetch(), 'sid');
  const { preWebhookRetryCount, postWebhookRetryCount } = await withRetries(fetched, retries);
  return { pre: preWebhookRetryCount ?? 0, post: postWebhookRetryCount ?? 0 };
}

/** Sets retry counts. @throws TwilioError if Twilio does not answer, or refuses it */
export async function writeRetryCounts(
  twilio: Twilio,
  serviceSid: string,
  { pre, post }: RetryCounts,
  retries: Retries,
): Promise<void> {
  const change = { preWebhookRetryCount: pre, postWebhookRetryCount: post };
  await write(() => twilio.chat.v2.services(serviceSid).update(change), retries);
}

/**
 * Calls Twilio. What is interrupted while Twilio answers counts as written.
 *
 * @throws TwilioError with `mayBeDone`
 */
async function write(call: () => Promise<unknown>, retries: Retries) {
  let isWritten = false;
  let mayBeDone = false;
  const noting = async () => {
    try {
      await call();
      isWritten = true;
    } catch (error) {
      mayBeDone ||= !isUndone(error);
      throw error;
    }
  };
  await withRetries(noting, retries).catch((error: TwilioError) => {
    if (!isWritten) throw Object.assign(error, { mayBeDone });
  });
}

/** Webhooks of services have the same methods, and no target. */
function resourceOf({ conversations: { v1 } }: Twilio, scope: Scope) {
  const { webhooks } = scope === 'account' ? v1.configuration : v1.services(scope).configuration;
  return (webhooks as typeof v1.configuration.webhooks)();
}
