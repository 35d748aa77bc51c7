import type { Twilio } from 'twilio';
import type { ConversationsServices, ServiceSid } from '../../twilio/conversations-services';
import type { Deployment } from '../../twilio/deployment';
import { malformedAnswer } from '../../twilio/errors';
import type { Retries } from '../../twilio/retries';
import { hasUrl, type Scope, type Webhooks } from '../../twilio/webhooks';
import {
  isOurs,
  isSameUrl,
  POST_EVENT_PATH,
  PRE_EVENT_PATH,
  urlOf,
  withoutOverrides,
  withoutSlash,
} from '../connect/function-urls';
import { ownDomains } from '../connect/own-domains';
import { allOf, type OwnDomains, planWebhooks, type WebhooksPlan } from '../connect/plan-webhooks';

/** What Twilio calls, and what `connect` would do about it. */
export interface WebhookPlans {
  own: OwnDomains;
  global: WebhooksPlan;
  /** Those of services that have webhooks of their own. */
  ofServices: Map<ServiceSid, WebhooksPlan>;
  /** Services that are no more. */
  gone: ServiceSid[];
  /** Those that count in one of the services, or would in the default one. */
  inUse: WebhooksPlan[];
}

/** URLs of the Functions, each of them once, without what follows `#`. */
export interface FunctionUrls {
  pre: string[];
  post: string[];
}

export async function planAll(
  twilio: Twilio,
  deployment: Deployment,
  { all, defaultSid }: ConversationsServices,
  read: (scope: Scope) => Promise<Webhooks | undefined>,
  retries: Retries,
): Promise<WebhookPlans> {
  const [global, ...services] = await Promise.all([
    read('account'),
    ...all.map(async (service) => ({ service, set: await read(service) })),
  ]);
  if (!global) throw malformedAnswer();
  const ownWebhooks = services.flatMap(({ service, set }) => (set && hasUrl(set) ? [{ service, set }] : []));
  const own = await ownDomains(twilio, deployment, [global, ...ownWebhooks.map(({ set }) => set)], retries);
  const plan = planWebhooks('account', global, own);
  const ofServices = new Map(
    ownWebhooks.map(({ service, set }) => [service, planWebhooks(service, set, own)]),
  );
  const gone = services.filter(({ set }) => !set).map(({ service }) => service);
  const isGlobalUsed =
    gone.includes(defaultSid) || all.some((service) => !ofServices.has(service) && !gone.includes(service));
  const inUse = [...(isGlobalUsed ? [plan] : []), ...ofServices.values()];
  return { own, global: plan, ofServices, gone, inUse };
}

/** The URLs of the Functions as Twilio calls them; if it calls one nowhere, where it is deployed. */
export function calledUrls({ inUse, own }: WebhookPlans): FunctionUrls {
  const called = (of: 'preWebhookUrl' | 'postWebhookUrl', path: string) => {
    const set = inUse.map(({ before }) => before[of]).filter((url) => isOurs(url, path, allOf(own)));
    const urls = set.map(withoutOverrides);
    return urls.length > 0 ? [...new Set(urls)] : [urlOf(own.domain, path)];
  };
  return {
    pre: called('preWebhookUrl', PRE_EVENT_PATH),
    post: called('postWebhookUrl', POST_EVENT_PATH),
  };
}

/** The webhooks that count in a service. */
export function planOf(service: ServiceSid, { ofServices, global }: WebhookPlans): WebhooksPlan {
  return ofServices.get(service) ?? global;
}

/** Whether to connect would take something from another backend, or from Flex. */
export function isOthers({ before, replaced }: WebhooksPlan): boolean {
  return replaced.length > 0 || before.target === 'flex';
}

/** How to connect a service without taking the global webhooks from another backend. */
export function connectCommand(service: ServiceSid, plan: WebhooksPlan): string {
  return plan.scope === 'account' && !isOthers(plan)
    ? 'npm run connect'
    : `npm run connect -- --service ${service}`;
}

/** Whether both Functions are called. */
export function isConnected({ before, after }: WebhooksPlan): boolean {
  return (
    isSameUrl(withoutSlash(before.preWebhookUrl), after.preWebhookUrl) &&
    isSameUrl(withoutSlash(before.postWebhookUrl), after.postWebhookUrl)
  );
}
