import { crmSourceOf } from '../../crm-source';
import { callAsTwilio, type FunctionAnswer } from '../../twilio/signed-call';
import { NOWHERE, REFUSED } from '../connect/check-answers';
import { POST_EVENT, POST_EVENT_PATH, PRE_EVENT, PRE_EVENT_PATH, urlOf } from '../connect/function-urls';
import { ok, problem, skipped, warning } from './check';
import { SLOW_MS } from './check-functions';
import type { Installation } from './installation';
import { judgeUnknown, knowsNobody, type LookUp, NOBODY } from './look-up';

const OWN_ADDRESS = 'MessagingBinding.ProxyAddress';

/** Asks the deployed Functions, by events of somebody who writes. */
export async function lookUpThere({
  twilio,
  services,
  deployment,
  variables,
  ownNumber,
  address = NOBODY,
}: Installation): Promise<LookUp> {
  const { domain } = await deployment();
  const source = crmSourceOf(await variables());
  const own = await ownNumber();
  const event = {
    'MessagingBinding.Address': address,
    ...(own && { [OWN_ADDRESS]: own }),
    Source: 'SMS',
  };
  const ask = (path: string, fields: Record<string, string>) =>
    callAsTwilio(twilio, urlOf(domain, path), { ...event, ...fields });
  const cold = await ask(PRE_EVENT_PATH, { EventType: PRE_EVENT });
  const warm = await ask(PRE_EVENT_PATH, { EventType: PRE_EVENT });
  if (REFUSED.includes(warm.status))
    return { findings: [skipped('not asked: the Functions refuse the signature')] };
  const seen = (what: string) => `deployed, ${source}: ${what}`;
  const times = `(${cold.ms} ms, then ${warm.ms} ms)`;
  const failed = [cold, warm].find((answer) => nameIn(answer) === undefined);
  if (failed) {
    const which = nameIn(warm) === undefined ? '' : ' the first time';
    const answer = failed.status ? `answered ${failed.status}` : `no answer (${failed.code})`;
    return { findings: [problem(seen(`${answer}${which} ${times}`), 'See npx twilio-run logs.')] };
  }
  const name = nameIn(warm) ?? '';
  if (nameIn(cold) !== name) {
    const once = seen(`the CRM failed the first time, and then answered ${times}`);
    return { findings: [warning(once, 'Run it again. See npx twilio-run logs.')] };
  }
  const isKnown = !address.toLowerCase().endsWith(name.toLowerCase());
  // Who has no name in the CRM is answered as who is not there.
  const orNameless = address === NOBODY ? '' : ', or nobody who has a name';
  const found = isKnown ? `goes by ${JSON.stringify(name)}` : `${knowsNobody(address, own)}${orNameless}`;
  const defaultSid = (await services().catch(() => undefined))?.defaultSid;
  // The pre-event hides from customers whether the CRM failed. The post-event tells: 503 if it did, 200 if it knows nobody,
  // or somebody who is in no conversation.
  const { status, body } = await ask(POST_EVENT_PATH, {
    EventType: POST_EVENT,
    ...NOWHERE,
    ...(defaultSid && { ChatServiceSid: defaultSid }),
    Attributes: '{}',
  });
  if (status !== 200) {
    const { error } = Object(body) as { error?: unknown };
    const failure = String(error ?? `answered ${status}`);
    if (isKnown) {
      const unlinked = seen(`${found}, but is not linked: ${failure}`);
      return { findings: [problem(unlinked, 'See npx twilio-run logs.')] };
    }
    return { findings: [problem(seen(failure), 'Fix it in .env. Then npm run deploy.')], failure };
  }
  const answered = seen(`${found} ${times}`);
  if (Math.max(cold.ms, warm.ms) >= SLOW_MS) {
    const fix = 'Twilio waits 5 s: where does the CRM spend that? See npx twilio-run logs.';
    return { findings: [warning(answered, fix)] };
  }
  return { findings: [isKnown ? ok(answered) : judgeUnknown(answered, address)] };
}

/** The name in the pre-event Function's answer. */
export function nameIn({ status, body }: FunctionAnswer): string | undefined {
  const { friendly_name: name } = Object(body) as { friendly_name?: unknown };
  return status === 200 && typeof name === 'string' ? name : undefined;
}
