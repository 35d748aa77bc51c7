import type { Twilio } from 'twilio';
import {
  type ConversationsServices,
  readServices,
  type ServiceSid,
} from '../../twilio/conversations-services';
import { findDeployment } from '../../twilio/deployment';
import { describeError, type TwilioError } from '../../twilio/errors';
import type { Retries } from '../../twilio/retries';
import { readRetryCounts, readWebhooks, type Scope } from '../../twilio/webhooks';
import type { Caller } from '../command-line';
import { checkAnswers } from './check-answers';
import { isOurs, POST_EVENT_PATH, PRE_EVENT_PATH, planWebhooks, type WebhooksPlan } from './plan-webhooks';
import type { RetryPlan } from './show-plan';

/**
 * How often Twilio should repeat a webhook after a time-out, 429, 503 or 504: the post-event Function answers 503 to have
 * it repeated, and Twilio's own gateway answers 429 when too many Functions run at once.
 */
export const RETRIES_WANTED = 3;

/** Reads what is set, and plans what will be. */
export async function readPlan(
  twilio: Twilio,
  named: ServiceSid[],
  domain: string | undefined,
  caller: Caller,
) {
  const retrying: Retries = { signal: caller.signal };
  caller.note('Looking for what is deployed…');
  const deployment = await findDeployment(twilio, { domain }, retrying);
  await checkAnswers(twilio, deployment.domain, caller);
  caller.note('Reading the webhooks that are set…');
  const services = await readServices(twilio, retrying);
  const planOf = async (scope: Scope) =>
    planWebhooks(scope, await readWebhooks(twilio, scope, retrying), deployment.domain);
  const { scopes, plans, shadowing } = await plansFor(named, services, planOf);
  const connected = scopes.includes('account') ? services.all : named;
  const retries = await planRetries(
    twilio,
    [...new Set([...connected, ...named])].filter((service) => !shadowing.includes(service)),
    caller,
  );
  return { domain: deployment.domain, plans, retries, shadowing, defaultSid: services.defaultSid };
}

/**
 * What is to be connected: the services that are named; else the account, and with it the services whose own webhooks
 * were pointed at the Functions before. Those that have another backend's shadow the account's.
 */
async function plansFor(
  named: ServiceSid[],
  services: ConversationsServices,
  planOf: (scope: Scope) => Promise<WebhooksPlan>,
) {
  if (named.length > 0) {
    return { scopes: named, plans: await Promise.all(named.map(planOf)), shadowing: [] as ServiceSid[] };
  }
  const [global, ...own] = await Promise.all([planOf('account'), ...services.all.map(tolerant(planOf))]);
  const withOwn = own.filter((plan) => plan !== undefined && hasUrl(plan)) as WebhooksPlan[];
  const isPartlyOurs = ({ before }: WebhooksPlan) =>
    isOurs(before.preWebhookUrl, PRE_EVENT_PATH) || isOurs(before.postWebhookUrl, POST_EVENT_PATH);
  const ours = withOwn.filter((plan) => isPartlyOurs(plan) && plan.replaced.length === 0);
  const plans = [global as WebhooksPlan, ...ours];
  return {
    scopes: plans.map(({ scope }) => scope),
    plans,
    shadowing: withOwn.filter((plan) => !ours.includes(plan)).map(({ scope }) => scope as ServiceSid),
  };
}

/** A service that an address still names may be gone: `doctor` says so. */
function tolerant(planOf: (scope: Scope) => Promise<WebhooksPlan>) {
  return (scope: Scope) =>
    planOf(scope).catch((error: TwilioError) => {
      if (error.status === 404) return undefined;
      throw error;
    });
}

function hasUrl({ before }: WebhooksPlan): boolean {
  return Boolean(before.preWebhookUrl || before.postWebhookUrl);
}

/** Counts that are higher stay. Where they cannot be read, the webhooks are set all the same. */
async function planRetries(twilio: Twilio, services: string[], caller: Caller): Promise<RetryPlan[]> {
  const plans: RetryPlan[] = [];
  for (const serviceSid of services) {
    try {
      const before = await readRetryCounts(twilio, serviceSid, { signal: caller.signal });
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
