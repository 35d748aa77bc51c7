import type { Scope, Webhooks } from '../../twilio/webhooks';
import {
  isAt,
  isOurs,
  isSameUrl,
  normalised,
  POST_EVENT,
  POST_EVENT_PATH,
  PRE_EVENT,
  PRE_EVENT_PATH,
  urlOf,
} from './function-urls';

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

/** Domains on which this project's Functions are, or were. */
export interface OwnDomains {
  /** The one that webhooks are to be pointed at. */
  domain: string;
  /** What else the account has deployed, as far as a webhook is set to it. */
  deployed: string[];
  /** Those of them that are in another Functions service, and so have places of their own under load. */
  inOtherServices: string[];
  /** What was connected before. */
  former: string[];
}

/** How the webhooks should be, if they are changed no more than needed. */
export function planWebhooks(scope: Scope, before: Webhooks, own: OwnDomains): WebhooksPlan {
  const [isPreHere, isPostHere] = [
    isSameUrl(before.preWebhookUrl, urlOf(own.domain, PRE_EVENT_PATH)),
    isSameUrl(before.postWebhookUrl, urlOf(own.domain, POST_EVENT_PATH)),
  ];
  // Each Function can be in a service of its own: see docs/operations.md, How much it carries.
  const isPreKept =
    isPreHere || (isPostHere && isAt(before.preWebhookUrl, PRE_EVENT_PATH, own.inOtherServices));
  const isPostKept =
    isPostHere || (isPreHere && isAt(before.postWebhookUrl, POST_EVENT_PATH, own.inOtherServices));
  // The pre-event URL rejects what it answers wrongly, so it gets nothing but what it is for.
  const isKept = (event: string) =>
    isPreEvent(event) ? event === PRE_EVENT : isPostKept || event === POST_EVENT;
  const kept = before.filters.filter(isKept);
  const after: Webhooks = {
    preWebhookUrl: isPreKept ? before.preWebhookUrl : urlOf(own.domain, PRE_EVENT_PATH),
    postWebhookUrl: isPostKept ? before.postWebhookUrl : urlOf(own.domain, POST_EVENT_PATH),
    filters: [...new Set([...kept, PRE_EVENT, POST_EVENT])],
    method: 'POST',
    target: scope === 'account' ? 'webhook' : '',
  };
  const replaced = [
    {
      url: before.preWebhookUrl,
      isReplaced: !isOurs(before.preWebhookUrl, PRE_EVENT_PATH, allOf(own)),
      isPre: true,
    },
    {
      url: before.postWebhookUrl,
      isReplaced: !isOurs(before.postWebhookUrl, POST_EVENT_PATH, allOf(own)),
      isPre: false,
    },
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

/** All domains that are the account's, or were. */
export function allOf({ domain, deployed, former }: OwnDomains): string[] {
  return [domain, ...deployed, ...former];
}

/** Whether webhooks are the same, however their URLs are written and their filters listed. */
export function isSame(one: Webhooks, other: Webhooks): boolean {
  const comparable = ({ preWebhookUrl, postWebhookUrl, filters, method, target }: Webhooks) =>
    [
      normalised(preWebhookUrl),
      normalised(postWebhookUrl),
      [...new Set(filters)].sort().join(),
      method,
      target,
    ].join('\n');
  return comparable(one) === comparable(other);
}

/** In words: the account's global webhooks, or those of a service. */
export function nameOf(scope: Scope): string {
  return scope === 'account' ? 'global webhooks' : `webhooks of ${scope}`;
}
