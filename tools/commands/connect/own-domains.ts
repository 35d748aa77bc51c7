import type { Twilio } from 'twilio';
import { allDomains } from '../../twilio/deployment';
import type { Retries } from '../../twilio/retries';
import type { Webhooks } from '../../twilio/webhooks';
import { readHistory } from './history';
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
  domain: string,
  set: Webhooks[],
  retries: Retries,
): Promise<OwnDomains> {
  const history = readHistory().filter(({ accountSid }) => accountSid === twilio.accountSid);
  const former = hostsOf(history.flatMap(({ webhooks }) => webhooks.map(({ after }) => after)));
  const others = hostsOf(set).filter((host) => host.endsWith(TWILIO_DOMAIN) && host !== domain);
  if (others.length === 0) return { domain, deployed: [], former };
  const all = await allDomains(twilio, retries);
  return { domain, deployed: others.filter((host) => all.includes(host)), former };
}

function hostsOf(webhooks: Webhooks[]): string[] {
  const urls = webhooks.flatMap(({ preWebhookUrl, postWebhookUrl }) => [preWebhookUrl, postWebhookUrl]);
  return [...new Set(urls.flatMap((url) => (URL.canParse(url) ? new URL(url).host : [])))];
}
