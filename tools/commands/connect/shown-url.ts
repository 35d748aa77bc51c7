import type { Webhooks } from '../../twilio/webhooks';

/** A URL as it can be shown: those of other backends can hold credentials, and tokens in their query. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { username, password, search } = new URL(url);
  const shown = search ? url.replace(/\?[^#]*/, '?•••') : url;
  return username || password ? shown.replace(/\/\/[^/]*@/, '//•••@') : shown;
}

/** Webhooks as they can be shown. */
export function shownWebhooks(webhooks: Webhooks): Webhooks {
  return {
    ...webhooks,
    preWebhookUrl: shownUrl(webhooks.preWebhookUrl),
    postWebhookUrl: shownUrl(webhooks.postWebhookUrl),
  };
}
