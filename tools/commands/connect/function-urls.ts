/** The events that the Functions are for, and where they are: https://www.twilio.com/docs/conversations/conversations-webhooks */
export const PRE_EVENT = 'onConversationAdd';
export const POST_EVENT = 'onParticipantAdded';
export const PRE_EVENT_PATH = '/on-conversation-add';
export const POST_EVENT_PATH = '/on-participant-added';

/** Where a Function is. */
export function urlOf(domain: string, path: string): string {
  return `https://${domain}${path}`;
}

/** Whether a URL is that of this project's Function on one of the domains, with a slash at its end or without. */
export function isOurs(url: string, path: string, domains: string[]): boolean {
  return isAt(withoutSlash(url), path, domains);
}

/** Whether a URL is exactly that of this project's Function on one of the domains. */
export function isAt(url: string, path: string, domains: string[]): boolean {
  return domains.some((domain) => isSameUrl(url, urlOf(domain, path)));
}

/** Whether it is one of this project's Functions, in whichever account. */
export function isLikeOurs(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { host, pathname } = new URL(url);
  return host.endsWith('.twil.io') && [PRE_EVENT_PATH, POST_EVENT_PATH].includes(pathname);
}

/** Whether two URLs lead to the same place. */
export function isSameUrl(one: string, other: string): boolean {
  return withoutOverrides(normalised(one)) === withoutOverrides(normalised(other));
}

/** A URL with its host in lower case. */
export function normalised(url: string): string {
  return URL.canParse(url) ? new URL(url).href : url;
}

/**
 * A URL without what follows `#`, which says how Twilio connects:
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export function withoutOverrides(url: string): string {
  return url.replace(/#.*$/, '');
}

/** A URL without slashes at the end of its path, which a Function need not answer with them. */
export function withoutSlash(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.pathname = parsed.pathname.replace(/\/+$/, '');
  return parsed.href;
}
