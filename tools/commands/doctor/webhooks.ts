import type { ServiceSid } from '../../twilio/conversations-services';
import { describeError } from '../../twilio/errors';
import type { Scope } from '../../twilio/webhooks';
import { isOurs, isPreEvent, nameOf, planWebhooks, type WebhooksPlan } from '../connect/plan-webhooks';
import { RETRIES_WANTED } from '../connect/read-plan';
import { type Check, type Finding, ok, problem, warning } from './check';
import type { Installation } from './installation';

/** What Twilio calls, for each Conversations service that has inbound conversations. */
export const webhooks: Check = {
  name: 'webhooks',
  about: 'Twilio calls the Functions, for the events that they are for, and repeats what it missed',
  async run(installation) {
    const { domain } = await installation.deployment();
    const { defaultSid, all } = await installation.services();
    const scopes = new Map<ServiceSid, Scope>();
    for (const service of all) {
      const own = await installation.webhooks(service);
      // The check of inbound messages tells of services that are gone.
      if (own) scopes.set(service, own.preWebhookUrl || own.postWebhookUrl ? service : 'account');
    }
    const plans = await Promise.all(
      [...new Set(scopes.values())].map(async (scope) => {
        const set = await installation.webhooks(scope);
        return set ? judge(planWebhooks(scope, set, domain), defaultSid) : [];
      }),
    );
    const counts = await Promise.all(
      [...scopes.keys()].map((service) => judgeRetries(service, installation)),
    );
    return [...plans.flat(), ...counts.flat()];
  },
};

function judge({ scope, before, after, removed, isChange }: WebhooksPlan, defaultSid: ServiceSid): Finding[] {
  const name = nameOf(scope);
  if (!isChange) return [ok(`${name} as they should be`)];
  const mend = `Run npm run connect${scope === 'account' ? '.' : ` -- --service ${scope}.`}`;
  const faults = (['preWebhookUrl', 'postWebhookUrl'] as const).flatMap((field) => {
    const [url, wanted] = [before[field], after[field]];
    if (url === wanted) return [];
    const what = field === 'preWebhookUrl' ? 'Pre-Event URL' : 'Post-Event URL';
    if (!url) return `${what} is not set`;
    if (isOurs(url, new URL(wanted).pathname))
      return `${what} is that of another deployment, ${new URL(url).host}`;
    return `${what} is another backend's`;
  });
  if (faults.some((fault) => fault.includes('backend')) && scope !== 'account' && scope !== defaultSid) {
    return [warning(`${scope} has another backend: the global webhooks do not count there`, mend)];
  }
  if (before.method !== after.method) faults.push(`Method is ${before.method || 'not set'}, not POST`);
  if (before.target !== after.target) faults.push(`Target is ${before.target || 'not set'}, not webhook`);
  const missing = after.filters.filter((event) => !before.filters.includes(event));
  if (missing.length > 0) faults.push(`no filter for ${missing.join(', ')}`);
  if (faults.length > 0) return [problem(`${name}: ${faults.join('; ')}`, mend)];
  const tooMany = removed.filter(isPreEvent).join(', ');
  return [warning(`${name}: ${tooMany} come to the Pre-Event URL, which is not for them`, mend)];
}

async function judgeRetries(service: string, { retryCounts }: Installation): Promise<Finding[]> {
  try {
    const { pre, post } = await retryCounts(service);
    const seen = `repeats ${pre} and ${post} times`;
    if (Math.min(pre, post) >= RETRIES_WANTED) return [ok(seen)];
    const missed = `Twilio ${seen} in ${service}: what it missed under load is lost`;
    return [warning(missed, `Run npm run connect: it sets ${RETRIES_WANTED}.`)];
  } catch (error) {
    return [warning(`retry counts of ${service} cannot be read`, describeError(error, 'Chat'))];
  }
}
