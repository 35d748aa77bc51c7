import type { Scope, Webhooks } from '../../twilio/webhooks';

/** What is to be done about webhooks, so that the Functions get what they need. */
export interface WebhooksPlan {
  scope: Scope;
  before: Webhooks;
  after: Webhooks;
  /** Events that are set for a URL that is replaced, or that our URLs are not for. */
  removed: string[];
  /** URLs of somebody else that are replaced. */
  replaced: Replaced[];
  isChange: boolean;
}

/** A URL of somebody else, and the events that it will no longer receive. */
export interface Replaced {
  url: string;
  events: string[];
}

export const PRE_EVENT = 'onConversationAdd';
export const POST_EVENT = 'onParticipantAdded';
export const PRE_EVENT_PATH = '/on-conversation-add';
export const POST_EVENT_PATH = '/on-participant-added';

/** How the webhooks should be, if they are changed no more than needed. */
export function planWebhooks(scope: Scope, before: Webhooks, domain: string): WebhooksPlan {
  const pre = urlOf(domain, PRE_EVENT_PATH);
  const post = urlOf(domain, POST_EVENT_PATH);
  const isPreKept = isSameUrl(before.preWebhookUrl, pre);
  const isPostKept = isSameUrl(before.postWebhookUrl, post);
  // The pre-event URL rejects what it answers wrongly, so it gets nothing but what it is for.
  const isKept = (event: string) =>
    isPreEvent(event) ? event === PRE_EVENT : isPostKept || event === POST_EVENT;
  const kept = before.filters.filter(isKept);
  const after: Webhooks = {
    preWebhookUrl: isPreKept ? before.preWebhookUrl : pre,
    postWebhookUrl: isPostKept ? before.postWebhookUrl : post,
    filters: [...new Set([...kept, PRE_EVENT, POST_EVENT])],
    method: 'POST',
    target: scope === 'account' ? 'webhook' : '',
  };
  const replaced = [
    { url: before.preWebhookUrl, isReplaced: !isOurs(before.preWebhookUrl, PRE_EVENT_PATH), isPre: true },
    { url: before.postWebhookUrl, isReplaced: !isOurs(before.postWebhookUrl, POST_EVENT_PATH), isPre: false },
  ]
    .filter(({ url, isReplaced }) => url && isReplaced)
    .map(({ url, isPre }) => ({
      url,
      events: before.filters.filter((event) => isPreEvent(event) === isPre),
    }));
  return {
    scope,
    before,
    after,
    removed: before.filters.filter((event) => !isKept(event)),
    replaced,
    isChange: !isSame(before, after),
  };
}

/** Whether Twilio waits for the answer: those events are named as commands, the others as what has happened. */
export function isPreEvent(event: string): boolean {
  return !/(ed|Sent)$/.test(event);
}

/** Whether a URL is that of this project's Function, on whatever domain of Twilio's. */
export function isOurs(url: string, path: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, pathname } = new URL(url);
  return hostname.endsWith('.twil.io') && pathname === path;
}

/**
 * Whether two URLs lead to the same place. What follows `#` says how Twilio connects:
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export function isSameUrl(one: string, other: string): boolean {
  return one.replace(/#.*$/, '') === other.replace(/#.*$/, '');
}

export function urlOf(domain: string, path: string): string {
  return `https://${domain}${path}`;
}

/** Whether webhooks are the same, in whatever order their filters are. */
export function isSame(one: Webhooks, other: Webhooks): boolean {
  const { filters, ...fields } = one;
  const sorted = (of: string[]) => [...of].sort().join();
  return (
    sorted(filters) === sorted(other.filters) &&
    Object.entries(fields).every(([name, value]) => value === other[name as 'method'])
  );
}

/** In words: the account's global webhooks, or those of a service. */
export function nameOf(scope: Scope): string {
  return scope === 'account' ? 'global webhooks' : `webhooks of ${scope}`;
}
