import type { Webhooks } from '../../twilio/webhooks';

/** A URL as it can be shown: those of other backends can hold credentials, and tokens in their query. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url.replace(/\?.*$/s, '?•••').replace(/^.*@/s, '•••@');
  const { username, password, protocol, host, pathname, search, hash } = new URL(url);
  if (!username && !password) return url.replace(/\?[^#]*/, '?•••');
  return `${protocol}//•••@${host}${pathname}${search && '?•••'}${hash}`;
}

/** Webhooks as they can be shown. */
export function shownWebhooks(webhooks: Webhooks): Webhooks {
  return {
    ...webhooks,
    preWebhookUrl: shownUrl(webhooks.preWebhookUrl),
    postWebhookUrl: shownUrl(webhooks.postWebhookUrl),
  };
}
