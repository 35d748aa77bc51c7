import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder } from '../../build/built-folder';
import { crmSourceOf } from '../../crm-source';
import { loadCrm } from '../../runtime/in-process-runtime';
import { ok, problem, skipped, warning } from './check';
import type { Installation } from './installation';
import { judgeUnknown, knowsNobody, type LookUp, NOBODY } from './look-up';

/** Asks the CRM from this machine, by the mapping that is built. */
export async function lookUpHere({ env, ownNumber, address: asked = NOBODY }: Installation): Promise<LookUp> {
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
      : judgeUnknown(seen(knowsNobody(asked, proxyAddress)), asked);
    return { findings: [finding], isAnswered: true };
  } catch (error) {
    const failure = (error as Error).message;
    return { findings: [warning(`from here, ${source}: ${failure}`, 'Fix it in .env.')], failure };
  }
}
