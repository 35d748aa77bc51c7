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
import { findSampleCustomers } from './sample-customers';

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
    const findings = [...compared(there, here), ...differing];
    // What hangs would cost the rest of the time.
    if (there.findings.some(({ verdict }) => verdict === 'problem')) return findings;
    // Not meanwhile: how long a first call takes is measured.
    return [...findings, ...(await findSampleCustomers(installation))];
  },
};

/** What was found at one of the two places. */
interface LookUp {
  findings: Finding[];
  /** Why the CRM did not answer; `undefined` if it did, or was not asked. */
  failure?: string;
  isAnswered?: boolean;
}

/** What fails there alone is mended by what is here; what fails alike is told once. */
function compared(there: LookUp, here: LookUp): Finding[] {
  if (there.failure === undefined) return [...there.findings, ...here.findings];
  if (here.isAnswered) {
    const mend = 'It works with your .env: run npm run deploy.';
    return [...there.findings.map((finding) => ({ ...finding, mend })), ...here.findings];
  }
  if (there.failure !== here.failure) return [...there.findings, ...here.findings];
  return [
    ...there.findings,
    ...here.findings.map(({ verdict }) => ({ verdict, seen: 'from here: the same' })),
  ];
}

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
}: Installation): Promise<LookUp> {
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
  if (REFUSED.includes(warm.status))
    return { findings: [skipped('not asked: the Functions refuse the signature')] };
  const times = `${cold.ms} ms, then ${warm.ms} ms`;
  const failed = [cold, warm].find((answer) => nameIn(answer) === undefined);
  if (failed) {
    const which = nameIn(warm) === undefined ? '' : ' the first time';
    const seen = failed.status ? `answered ${failed.status}` : `no answer (${failed.code})`;
    return {
      findings: [problem(`deployed, ${source}: ${seen}${which} (${times})`, 'See npx twilio-run logs.')],
    };
  }
  const name = nameIn(warm) ?? '';
  if (nameIn(cold) !== name) {
    const seen = `deployed, ${source}: the CRM failed the first time, and then answered (${times})`;
    return { findings: [warning(seen, 'Run it again. See npx twilio-run logs.')] };
  }
  const answered = (what: string) => {
    const seen = `deployed, ${source}: ${what} (${times})`;
    if (Math.max(cold.ms, warm.ms) < SLOW_MS) return isKnown ? ok(seen) : unknown(seen, address);
    return warning(seen, 'Twilio waits 5 s: where does the CRM spend that? See npx twilio-run logs.');
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
  if (status === 200) {
    return { findings: [answered(isKnown ? found : `answers, and knows nobody by ${shown(address, own)}`)] };
  }
  const { error } = Object(body) as { error?: unknown };
  const reason = String(error ?? `answered ${status}`);
  if (isKnown) {
    const seen = `deployed, ${source}: ${found}, but is not linked: ${reason}`;
    return { findings: [problem(seen, 'See npx twilio-run logs.')] };
  }
  const finding = problem(`deployed, ${source}: ${reason}`, 'Fix it in .env. Then npm run deploy.');
  return { findings: [finding], failure: reason };
}

function nameIn({ status, body }: FunctionAnswer): string | undefined {
  const { friendly_name: name } = Object(body) as { friendly_name?: unknown };
  return status === 200 && typeof name === 'string' ? name : undefined;
}

async function lookUpHere({ env, ownNumber, address: asked = NOBODY }: Installation): Promise<LookUp> {
  if (!existsSync(join(builtFolder(), 'assets/crm.private.js'))) {
    return { findings: [skipped('not asked from here: run npm run build first')] };
  }
  const { findCustomer, parseAddress } = loadCrm();
  const address = parseAddress(asked);
  if (!address) return { findings: [problem('--address is not an address', 'Write it like +14155550147.')] };
  const source = crmSourceOf(env);
  const proxyAddress = await ownNumber();
  const startedAt = performance.now();
  try {
    const context = { DOMAIN_NAME: 'localhost', ...env } as Parameters<typeof findCustomer>[1];
    const customer = await findCustomer(address, context, { startedAt, proxyAddress });
    const ms = Math.round(performance.now() - startedAt);
    const seen = (what: string) => `from here, ${source}: ${what} (${ms} ms)`;
    const finding = customer
      ? ok(seen(JSON.stringify(customer.display_name ?? customer.customer_id)))
      : unknown(seen(`answers, and knows nobody by ${shown(asked, proxyAddress)}`), asked);
    return { findings: [finding], isAnswered: true };
  } catch (error) {
    const failure = (error as Error).message;
    const finding = warning(`from here, ${source}: ${failure}`, 'Fix it in .env.');
    return { findings: [finding], failure };
  }
}

/** That nobody is known is well only if nobody should be. */
function unknown(seen: string, address: string): Finding {
  if (address === NOBODY) return ok(seen);
  const isNumber = /\+\d+$/.test(address);
  return warning(
    seen,
    isNumber ? 'Is that number in your CRM, and with which country code?' : 'Is that address in your CRM?',
  );
}

function shown(address: string, own: string | undefined): string {
  if (address === NOBODY) return 'a number that nobody has';
  return own ? `that address after a message to ${own}` : 'that address';
}
