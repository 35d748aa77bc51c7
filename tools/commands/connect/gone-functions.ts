import type { Twilio } from 'twilio';
import { allDeployments } from '../../twilio/deployment';
import type { Retries } from '../../twilio/retries';
import { callPostEvent, callPreEvent } from './check-answers';
import {
  isLikeOurs,
  isOurs,
  POST_EVENT,
  POST_EVENT_PATH,
  PRE_EVENT,
  PRE_EVENT_PATH,
  withoutOverrides,
} from './function-urls';
import { changesOf } from './history';
import { connectedHosts } from './own-domains';
import { nameOf } from './plan-webhooks';
import { shownUrl } from './shown-url';
import { readEverywhere } from './still-called';

const UNDO = 'npm run connect -- --undo';
const REDEPLOY = 'npm run deploy and then npm run connect';
const CLEAR = 'clear it in the Console, under Conversations > Manage';

/** What webhooks still call although it has been deleted. */
export interface GoneFunctions {
  /** A sentence for each URL. */
  seen: string[];
  fix: string;
}

/**
 * Finds the webhooks that call Functions which are gone. A URL counts if it is like this project's, or was set from this
 * clone, and only if nothing answers there: it may be a deployment in another account.
 *
 * @throws TwilioError if Twilio does not answer, Problem if the history is damaged or the account has no default service
 */
export async function findGoneFunctions(
  twilio: Twilio,
  retries: Retries,
): Promise<GoneFunctions | undefined> {
  const changes = changesOf(twilio);
  const former = connectedHosts(changes);
  const scopes = changes.flatMap(({ webhooks }) => webhooks.map(({ scope }) => scope));
  const [set, deployments] = await Promise.all([
    readEverywhere(twilio, scopes, retries),
    allDeployments(twilio, retries),
  ]);
  const deployed = deployments.map(({ domain }) => domain);
  const isGone = async (url: string, path: string, call: typeof callPreEvent) => {
    if (!isLikeOurs(url) && !isOurs(url, path, former)) return false;
    if (isOurs(url, path, deployed)) return false;
    const { status } = await call(twilio, withoutOverrides(url));
    return status === 0 || status === 404;
  };
  const sentences = set.map(async ({ scope, webhooks }) => {
    const { preWebhookUrl, postWebhookUrl, filters } = webhooks;
    const [isPreGone, isPostGone] = await Promise.all([
      filters.includes(PRE_EVENT) && isGone(preWebhookUrl, PRE_EVENT_PATH, callPreEvent),
      filters.includes(POST_EVENT) && isGone(postWebhookUrl, POST_EVENT_PATH, callPostEvent),
    ]);
    const calls = (kind: string, url: string) =>
      `${nameOf(scope)}: ${kind} URL calls ${shownUrl(url)}, which is gone`;
    return [
      ...(isPreGone ? [`${calls('Pre-Event', preWebhookUrl)}: every new conversation is rejected`] : []),
      ...(isPostGone ? [`${calls('Post-Event', postWebhookUrl)}: no customer is linked`] : []),
    ];
  });
  const seen = (await Promise.all(sentences)).flat();
  if (seen.length === 0) return undefined;
  if (changes.length === 0) return { seen, fix: `Run ${REDEPLOY}, or ${CLEAR}.` };
  return { seen, fix: `Run ${UNDO}, or ${REDEPLOY}.` };
}
