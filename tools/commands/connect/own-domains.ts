import type { Twilio } from 'twilio';
import { allDeployments, type Deployment } from '../../twilio/deployment';
import type { Retries } from '../../twilio/retries';
import type { Webhooks } from '../../twilio/webhooks';
import { changesOf, type HistoryEntry } from './history';
import type { OwnDomains } from './plan-webhooks';

/** https://www.twilio.com/docs/serverless/functions-assets/functions */
const TWILIO_DOMAIN = '.twil.io';

/**
 * Which of the domains that webhooks are set to are the account's own: anybody can have one at Twilio. The account is asked
 * only if there are others than the one that is deployed to.
 *
 * @throws Problem if the history is damaged, or Twilio does not answer
 */
export async function ownDomains(
  twilio: Twilio,
  { domain, serviceSid }: Deployment,
  webhooks: Webhooks[],
  retries: Retries,
): Promise<OwnDomains> {
  const former = connectedHosts(changesOf(twilio));
  const others = hostsOf(webhooks).filter((host) => host.endsWith(TWILIO_DOMAIN) && host !== domain);
  if (others.length === 0) return { domain, deployed: [], inOtherServices: [], former };
  const deployments = await allDeployments(twilio, retries);
  const set = deployments.filter((one) => others.includes(one.domain));
  return {
    domain,
    deployed: set.map((one) => one.domain),
    inOtherServices: set.filter((one) => one.serviceSid !== serviceSid).map((one) => one.domain),
    former,
  };
}

/** The hosts that changes have set webhooks to. */
export function connectedHosts(changes: HistoryEntry[]): string[] {
  return hostsOf(changes.flatMap(({ webhooks }) => webhooks.map(({ after }) => after)));
}

/** The hosts that webhooks name, each of them once. */
export function hostsOf(webhooks: Webhooks[]): string[] {
  const urls = webhooks.flatMap(({ preWebhookUrl, postWebhookUrl }) => [preWebhookUrl, postWebhookUrl]);
  return [...new Set(urls.flatMap((url) => (URL.canParse(url) ? new URL(url).host : [])))];
}
