import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder } from '../../build/built-folder';
import { crmSourceOf } from '../../crm-source';
import { loadCrm } from '../../runtime/in-process-runtime';
import { callAsTwilio, type FunctionAnswer } from '../../twilio/signed-call';
import { NOWHERE, REFUSED } from '../connect/check-answers';
import { POST_EVENT, POST_EVENT_PATH, PRE_EVENT, PRE_EVENT_PATH, urlOf } from '../connect/plan-webhooks';
import { type Check, type Finding, ok, problem, skipped, warning } from './check';
import { SLOW_MS } from './functions';
import type { Installation } from './installation';

/** Numbers that nobody can have: https://www.twilio.com/docs/iam/test-credentials */
const NOBODY = '+15005550001';
const NO_NUMBER = '+15005550006';
const OWN_ADDRESS = 'MessagingBinding.ProxyAddress';

/** Looks somebody up, as the deployed Functions do and from this machine: so it shows which of both has the wrong settings. */
export const crm: Check = {
  name: 'crm',
  about:
    'the CRM answers the deployed Functions, and this machine; -- --address +14155550147 looks up that one',
  async run(installation) {
    const [there, here, differing] = await Promise.all([
      lookUpThere(installation),
      lookUpHere(installation),
      compareSources(installation),
    ]);
    return [...there, ...here, ...differing];
  },
};

async function compareSources({ env, variables }: Installation): Promise<Finding[]> {
  const [there, here] = [crmSourceOf(await variables()), crmSourceOf(env)];
  if (there === here) return [];
  const seen = `CRM_SOURCE is ${there} where it is deployed, and ${here} in .env`;
  return [warning(seen, 'If that is not meant: npm run deploy.')];
}

async function lookUpThere({
  twilio,
  services,
  deployment,
  variables,
  ownNumber,
  address = NOBODY,
}: Installation): Promise<Finding[]> {
  const { domain } = await deployment();
  const source = crmSourceOf(await variables());
  const own = await ownNumber();
  const event = {
    'MessagingBinding.Address': address,
    [OWN_ADDRESS]: own ?? NO_NUMBER,
    Source: 'SMS',
  };
  const ask = (path: string, fields: Record<string, string>) =>
    callAsTwilio(twilio, urlOf(domain, path), fields);
  const cold = await ask(PRE_EVENT_PATH, { EventType: PRE_EVENT, ...event });
  const warm = await ask(PRE_EVENT_PATH, { EventType: PRE_EVENT, ...event });
  if (REFUSED.includes(warm.status)) return [skipped('not asked: the Functions refuse the signature')];
  const times = `${cold.ms} ms, then ${warm.ms} ms`;
  const failed = [cold, warm].find((answer) => nameIn(answer) === undefined);
  if (failed) {
    const which = nameIn(warm) === undefined ? '' : ' the first time';
    const seen = failed.status ? `answered ${failed.status}` : `no answer (${failed.code})`;
    return [problem(`deployed, ${source}: ${seen}${which} (${times})`, 'See npx twilio-run logs.')];
  }
  const name = nameIn(warm) ?? '';
  if (nameIn(cold) !== name) {
    const seen = `deployed, ${source}: the CRM failed the first time, and then answered (${times})`;
    return [warning(seen, 'Run it again. See npx twilio-run logs.')];
  }
  const answered = (what: string) => {
    const seen = `deployed, ${source}: ${what} (${times})`;
    if (Math.max(cold.ms, warm.ms) < SLOW_MS) return [ok(seen)];
    return [warning(seen, 'Twilio waits 5 s: where does the CRM spend that? See npx twilio-run logs.')];
  };
  const isKnown = !address.toLowerCase().endsWith(name.toLowerCase());
  const defaultSid = (await services().catch(() => undefined))?.defaultSid;
  // The pre-event hides from customers whether the CRM failed. The post-event tells: 503 if it did, 200 if it knows nobody,
  // or somebody who is in no conversation.
  const { status, body } = await ask(POST_EVENT_PATH, {
    EventType: POST_EVENT,
    ...NOWHERE,
    ...(defaultSid && { ChatServiceSid: defaultSid }),
    ...event,
    Attributes: '{}',
  });
  const found = `goes by ${JSON.stringify(name)}`;
  if (status === 200)
    return answered(isKnown ? found : `answers, and knows nobody by ${shown(address, own)}`);
  const { error } = Object(body) as { error?: unknown };
  const reason = String(error ?? `answered ${status}`);
  if (isKnown) {
    return [
      problem(`deployed, ${source}: ${found}, but is not linked: ${reason}`, 'See npx twilio-run logs.'),
    ];
  }
  return [problem(`deployed, ${source}: ${reason}`, 'Fix it in .env. Then npm run deploy.')];
}

function nameIn({ status, body }: FunctionAnswer): string | undefined {
  const { friendly_name: name } = Object(body) as { friendly_name?: unknown };
  return status === 200 && typeof name === 'string' ? name : undefined;
}

async function lookUpHere({ env, ownNumber, address: asked = NOBODY }: Installation): Promise<Finding[]> {
  if (!existsSync(join(builtFolder(), 'assets/crm.private.js'))) {
    return [skipped('not asked from here: run npm run build first')];
  }
  const { findCustomer, parseAddress } = loadCrm();
  const address = parseAddress(asked);
  if (!address) return [problem('--address is not an address', 'Write it like +14155550147.')];
  const source = crmSourceOf(env);
  const proxyAddress = await ownNumber();
  const startedAt = performance.now();
  try {
    const context = { DOMAIN_NAME: 'localhost', ...env } as Parameters<typeof findCustomer>[1];
    const customer = await findCustomer(address, context, { startedAt, proxyAddress });
    const ms = Math.round(performance.now() - startedAt);
    if (!customer)
      return [
        ok(`from here, ${source}: answers, and knows nobody by ${shown(asked, proxyAddress)} (${ms} ms)`),
      ];
    return [
      ok(`from here, ${source}: ${JSON.stringify(customer.display_name ?? customer.customer_id)} (${ms} ms)`),
    ];
  } catch (error) {
    return [warning(`from here, ${source}: ${(error as Error).message}`, 'Fix it in .env.')];
  }
}

function shown(address: string, own: string | undefined): string {
  if (address === NOBODY) return 'a number that nobody has';
  return own ? `that address after a message to ${own}` : 'that address';
}
