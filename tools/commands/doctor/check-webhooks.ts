import type { ServiceSid } from '../../twilio/conversations-services';
import { NothingDeployed } from '../../twilio/deployment';
import { describeError } from '../../twilio/errors';
import { hasUrl } from '../../twilio/webhooks';
import { isOurs, isSameUrl, withoutSlash } from '../connect/function-urls';
import { allOf, isPreEvent, nameOf, type OwnDomains, type WebhooksPlan } from '../connect/plan-webhooks';
import { RETRIES_WANTED } from '../connect/read-plan';
import { type Check, type Finding, ok, problem, warning } from './check';
import type { Installation } from './installation';
import { connectCommand, isConnected, isOthers, planOf } from './webhook-plans';

/** What Twilio calls, for each Conversations service that has inbound conversations. */
export const webhooks: Check = {
  name: 'webhooks',
  about: 'Twilio calls the Functions, for the events that they are for, and repeats what it missed',
  async run(installation) {
    const { defaultSid, all } = await installation.services();
    const plans = await installation.plans().catch(async (error) => {
      const gone = error instanceof NothingDeployed && (await installation.goneFunctions());
      if (!gone) throw error;
      return gone;
    });
    if ('fix' in plans) return plans.seen.map((seen) => problem(seen, plans.fix));
    const { own, global, ofServices, gone, inUse } = plans;
    // The check of inbound messages tells of other services that are gone.
    const isDefaultGone = gone.includes(defaultSid);
    const there = all.filter((service) => !gone.includes(service));
    // What another backend has repeated is its own business.
    const counted = there.filter((service) => service === defaultSid || !isOthers(planOf(service, plans)));
    const counts = await Promise.all(
      counted.map((service) =>
        judgeRetries(service, connectCommand(service, planOf(service, plans)), installation),
      ),
    );
    const others = there.filter((service) => service !== defaultSid && !ofServices.has(service));
    const judgeGlobal = () => {
      if (!inUse.includes(global)) return judgeUnused(global);
      const ofDefault = ofServices.get(defaultSid);
      if (!ofDefault || !isConnected(ofDefault) || !isOthers(global)) return judge(global, own, defaultSid);
      const seen = `${others.join(', ')} has another backend, by the global webhooks`;
      return warning(
        seen,
        `If Frontline uses it: npm run connect --${others.map((one) => ` --service ${one}`).join('')}.`,
      );
    };
    return [
      ...(isDefaultGone ? [defaultIsGone(defaultSid)] : []),
      judgeGlobal(),
      ...[...ofServices.values()].map((plan) => judge(plan, own, defaultSid)),
      ...counts,
    ];
  },
};

function defaultIsGone(service: ServiceSid): Finding {
  return problem(
    `the default Conversations service, ${service}, is gone`,
    'Choose another: Console, Conversations > Manage > Defaults.',
  );
}

function judge(plan: WebhooksPlan, own: OwnDomains, defaultSid: ServiceSid): Finding {
  const { scope, before, after, removed, replaced, isChange } = plan;
  const name = nameOf(scope);
  if (!isChange) return ok(`${name} as they should be`);
  const fix = `Run ${connectCommand(scope === 'account' ? defaultSid : scope, plan)}.`;
  if (replaced.length > 0 && scope !== 'account' && scope !== defaultSid) {
    return warning(`${scope} has another backend: the global webhooks do not count there`, fix);
  }
  const faults = [
    ...judgeUrl('Pre-Event URL', before.preWebhookUrl, after.preWebhookUrl, own),
    ...judgeUrl('Post-Event URL', before.postWebhookUrl, after.postWebhookUrl, own),
  ];
  if (before.method !== after.method) faults.push(`Method is ${before.method || 'not set'}, not POST`);
  if (before.target !== after.target) faults.push(`Target is ${before.target || 'not set'}, not webhook`);
  const missing = after.filters.filter((event) => !before.filters.includes(event));
  if (missing.length > 0) faults.push(`no filter for ${missing.join(', ')}`);
  if (faults.length > 0) return problem(`${name}: ${faults.join('; ')}`, fix);
  const tooMany = removed.filter(isPreEvent).join(', ');
  const seen = tooMany
    ? `${tooMany} come to the Pre-Event URL, which is not for them`
    : 'a URL ends with a slash';
  return warning(`${name}: ${seen}`, fix);
}

function judgeUrl(label: string, url: string, wanted: string, own: OwnDomains): string[] {
  if (isSameUrl(withoutSlash(url), wanted)) return [];
  if (!url) return [`${label} is not set`];
  if (isOurs(url, new URL(wanted).pathname, allOf(own))) {
    return [`${label} is that of another deployment, ${new URL(url).host}`];
  }
  return [`${label} is another backend's${URL.canParse(url) ? `, ${new URL(url).host}` : ''}`];
}

/** Each service here has webhooks of its own, so that another backend may have the global ones. */
function judgeUnused(plan: WebhooksPlan): Finding {
  if (!plan.isChange) return ok('global webhooks as they should be');
  if (!hasUrl(plan.before)) return ok('global webhooks not set, nor used');
  if (plan.replaced.length > 0) return ok("global webhooks another backend's, and not used here");
  const seen = isConnected(plan) ? 'not as they should be' : 'those of another deployment';
  return warning(`global webhooks ${seen}, which counts for other services`, 'Run npm run connect.');
}

async function judgeRetries(
  service: string,
  connect: string,
  { retryCounts }: Installation,
): Promise<Finding> {
  try {
    const { pre, post } = await retryCounts(service);
    const seen = `repeats ${pre} and ${post} times`;
    if (Math.min(pre, post) >= RETRIES_WANTED) return ok(seen);
    const missed = `Twilio ${seen} in ${service}: what it missed under load is lost`;
    return warning(missed, `Run ${connect}: it sets ${RETRIES_WANTED}.`);
  } catch (error) {
    return warning(`retry counts of ${service} cannot be read`, describeError(error, 'Chat'));
  }
}
