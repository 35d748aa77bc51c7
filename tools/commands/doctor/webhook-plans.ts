import type { Twilio } from 'twilio';
import type { ConversationsServices, ServiceSid } from '../../twilio/conversations-services';
import type { Deployment } from '../../twilio/deployment';
import { malformedAnswer } from '../../twilio/errors';
import type { Retries } from '../../twilio/retries';
import type { Scope, Webhooks } from '../../twilio/webhooks';
import { ownDomains } from '../connect/own-domains';
import { isSameUrl, type OwnDomains, planWebhooks, type WebhooksPlan } from '../connect/plan-webhooks';

/** What Twilio calls, and what `connect` would do about it. */
export interface WebhookPlans {
  own: OwnDomains;
  global: WebhooksPlan;
  /** Those of services that have webhooks of their own. */
  ofServices: Map<ServiceSid, WebhooksPlan>;
  /** Services that are no more. */
  gone: ServiceSid[];
}

export async function planAll(
  twilio: Twilio,
  deployment: Deployment,
  { all }: ConversationsServices,
  read: (scope: Scope) => Promise<Webhooks | undefined>,
  retries: Retries,
): Promise<WebhookPlans> {
  const [global, ...services] = await Promise.all([
    read('account'),
    ...all.map(async (service) => ({ service, set: await read(service) })),
  ]);
  if (!global) throw malformedAnswer();
  const ownWebhooks = services.flatMap(({ service, set }) =>
    set && (set.preWebhookUrl || set.postWebhookUrl) ? [{ service, set }] : [],
  );
  const own = await ownDomains(twilio, deployment, [global, ...ownWebhooks.map(({ set }) => set)], retries);
  return {
    own,
    global: planWebhooks('account', global, own),
    ofServices: new Map(ownWebhooks.map(({ service, set }) => [service, planWebhooks(service, set, own)])),
    gone: services.filter(({ set }) => !set).map(({ service }) => service),
  };
}

/** Whether both Functions are called. */
export function isConnected({ before, after }: WebhooksPlan): boolean {
  return (
    isSameUrl(before.preWebhookUrl, after.preWebhookUrl) &&
    isSameUrl(before.postWebhookUrl, after.postWebhookUrl)
  );
}
