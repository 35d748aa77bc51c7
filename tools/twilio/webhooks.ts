import type { Twilio } from 'twilio';
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
  const resource = await withRetries(() => resourceOf(twilio, scope).fetch(), retries);
  return {
    preWebhookUrl: resource.preWebhookUrl ?? '',
    postWebhookUrl: resource.postWebhookUrl ?? '',
    filters: resource.filters ?? [],
    method: resource.method ?? '',
    target: resource.target ?? '',
  };
}

/**
 * Replaces webhooks. Twilio does not say whether it takes what is empty, so read it again.
 *
 * @param empty whether what is empty is sent, or left out so that it stays as it is
 * @throws TwilioError if Twilio does not answer, or refuses it
 */
export async function writeWebhooks(
  twilio: Twilio,
  scope: Scope,
  webhooks: Webhooks,
  retries: Retries,
  empty: 'sent' | 'left out' = 'sent',
): Promise<void> {
  const { filters, method, target, ...urls } = webhooks;
  const change: Change = {
    ...urls,
    // The helper library leaves an empty list out.
    filters: filters.length > 0 ? filters : [''],
  };
  if (method) change.method = method;
  if (target) change.target = target as Change['target'];
  if (empty === 'left out') {
    if (filters.length === 0) delete change.filters;
    for (const field of ['preWebhookUrl', 'postWebhookUrl'] as const) {
      if (!change[field]) delete change[field];
    }
  }
  await write(() => resourceOf(twilio, scope).update(change), retries);
}

/** Reads retry counts. @throws TwilioError if Twilio does not answer */
export async function readRetryCounts(
  twilio: Twilio,
  serviceSid: string,
  retries: Retries,
): Promise<RetryCounts> {
  const { preWebhookRetryCount, postWebhookRetryCount } = await withRetries(
    () => twilio.chat.v2.services(serviceSid).fetch(),
    retries,
  );
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

/** Calls Twilio. What is interrupted while Twilio answers counts as written. */
async function write(call: () => Promise<unknown>, retries: Retries) {
  let isWritten = false;
  const noting = async () => {
    await call();
    isWritten = true;
  };
  await withRetries(noting, retries).catch((error) => {
    if (!isWritten) throw error;
  });
}

/** Webhooks of services have the same methods, and no target. */
function resourceOf({ conversations: { v1 } }: Twilio, scope: Scope) {
  const { webhooks } = scope === 'account' ? v1.configuration : v1.services(scope).configuration;
  return (webhooks as typeof v1.configuration.webhooks)();
}
