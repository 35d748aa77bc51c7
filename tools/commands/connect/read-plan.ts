import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import {
  type ConversationsServices,
  readServices,
  type ServiceSid,
} from '../../twilio/conversations-services';
import { findDeployment, NothingDeployed } from '../../twilio/deployment';
import { describeError } from '../../twilio/errors';
import {
  findWebhooks,
  hasUrl,
  readRetryCounts,
  readWebhooks,
  type Scope,
  type Webhooks,
} from '../../twilio/webhooks';
import type { Caller } from '../command-line';
import { checkAnswers } from './check-answers';
import { findGoneFunctions } from './gone-functions';
import { ownDomains } from './own-domains';
import { planWebhooks, type WebhooksPlan } from './plan-webhooks';
import type { RetryPlan } from './show-plan';

/**
 * How often Twilio should repeat a webhook after a time-out, 429, 503 or 504: the post-event Function answers 503 to have
 * it repeated, and Twilio's own gateway answers 429 when too many Functions run at once.
 */
export const RETRIES_WANTED = 3;

/** Reads what is set, and plans what will be. @throws Problem if webhooks must not be pointed at what is deployed */
export async function readPlan(
  twilio: Twilio,
  named: ServiceSid[],
  wanted: string | undefined,
  caller: Caller,
) {
  caller.note('Looking for what is deployed…');
  const deployment = await findDeployment(twilio, { domain: wanted }, caller).catch(async (error) => {
    const gone = error instanceof NothingDeployed && (await findGoneFunctions(twilio, caller));
    throw gone ? new Problem(`${error.message}\n${gone.seen.join('\n')}\n${gone.fix}`) : error;
  });
  caller.note('Reading the webhooks that are set…');
  const services = await readServices(twilio, caller);
  const { global, set, gone } = await readSet(twilio, named, services, caller);
  const own = await ownDomains(twilio, deployment, [global, ...set.map(({ webhooks }) => webhooks)], caller);
  const planned = set.map(({ scope, webhooks }) => {
    const plan = planWebhooks(scope, webhooks, own);
    if (scope === 'account' || hasUrl(webhooks)) return plan;
    // Webhooks of its own take the events of the service from whoever has the global ones.
    const { replaced } = planWebhooks('account', global, own);
    return { ...plan, replaced: replaced.filter(({ events }) => events.length > 0) };
  });
  // A service whose webhooks are another backend's shadows the account's, unless it is named.
  const isShadow = ({ scope, replaced }: WebhooksPlan) =>
    scope !== 'account' && named.length === 0 && replaced.length > 0;
  const plans = planned.filter((plan) => !isShadow(plan));
  const shadowing = planned.filter(isShadow).map(({ scope }) => scope as ServiceSid);
  caller.note('Asking the Functions for an answer…');
  const refusals = await checkAnswers(twilio, plans);
  const left = [...shadowing, ...gone];
  const connected = named.length > 0 ? named : services.all.filter((service) => !left.includes(service));
  const retries = await planRetries(twilio, connected, caller);
  const { defaultSid, creatingIn } = services;
  const used = creatingIn.length > 0 ? creatingIn : [defaultSid];
  // A Messaging Service may create conversations in the default service, which the API does not tell.
  const isCalled = !left.includes(defaultSid) && used.some((service) => !left.includes(service));
  return {
    domain: deployment.domain,
    plans,
    retries,
    shadowing,
    gone,
    defaultSid,
    hasOtherServices: services.all.length > 1,
    isCalled,
    refusals,
  };
}

/**
 * The webhooks that matter: of the services that are named; else the account's, and what services have instead. The
 * default service, and one that an address names, may be gone.
 */
async function readSet(
  twilio: Twilio,
  named: ServiceSid[],
  { all }: ConversationsServices,
  caller: Caller,
): Promise<{ global: Webhooks; set: { scope: Scope; webhooks: Webhooks }[]; gone: ServiceSid[] }> {
  const read = async (scope: Scope) => ({ scope, webhooks: await readWebhooks(twilio, scope, caller) });
  if (named.length > 0) {
    const [global, ...set] = await Promise.all([read('account'), ...named.map(read)]);
    return { global: global.webhooks, set, gone: [] };
  }
  const gone: ServiceSid[] = [];
  const readOwn = async (service: ServiceSid) => {
    const webhooks = await findWebhooks(twilio, service, caller);
    if (!webhooks) gone.push(service);
    return webhooks && hasUrl(webhooks) ? [{ scope: service, webhooks }] : [];
  };
  const [global, ...own] = await Promise.all([read('account'), ...all.map(readOwn)]);
  return { global: global.webhooks, set: [global, ...own.flat()], gone };
}

/** Counts that are higher stay. If they cannot be read, the webhooks are set all the same. */
async function planRetries(twilio: Twilio, services: string[], caller: Caller): Promise<RetryPlan[]> {
  const plans: RetryPlan[] = [];
  for (const serviceSid of services) {
    try {
      const before = await readRetryCounts(twilio, serviceSid, caller);
      const after = {
        pre: Math.max(before.pre, RETRIES_WANTED),
        post: Math.max(before.post, RETRIES_WANTED),
      };
      if (before.pre !== after.pre || before.post !== after.post) plans.push({ serviceSid, before, after });
    } catch (error) {
      if (caller.signal.aborted) throw error;
      caller.problem(`! The retry counts of ${serviceSid} stay as they are: ${describeError(error, 'Chat')}`);
    }
  }
  return plans;
}
