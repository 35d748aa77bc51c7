import { setTimeout } from 'node:timers/promises';
import { runRelink } from '../bench/bench-relink';
import type { Files } from './deployments';
import { serve } from './serve-behind-gateway';
import { CRM_HANGS } from './situations';
import { type Outcome, stateOf, writeToWorkers } from './write-to-workers';

/** What became of the conversations that began while a CRM hung, or when it was back. */
export interface Outage {
  outcomes: Outcome[];
  /** How many have a name, and a participant who is linked, after `npm run relink`. */
  named: number;
  linked: number;
}

/**
 * Has customers write while the CRM hangs, and when it is back; then relinks what is left.
 *
 * @returns the conversations that began before it was back, and those after
 */
export async function measureOutage(
  files: Files,
  load: { perSecond: number; retries: number; hangsSeconds: number; backSeconds: number },
): Promise<[Outage, Outage]> {
  const served = await serve(CRM_HANGS, files, false);
  const { api, crm, account } = served;
  const backMs = load.hangsSeconds * 1000;
  const overMs = backMs + load.backSeconds * 1000;
  const back = setTimeout(backMs).then(() => {
    crm.fault = undefined;
  });
  const outcomes = await writeToWorkers(served.gateway.send, api, {
    count: (load.perSecond * overMs) / 1000,
    overMs,
    retries: load.retries,
  });
  await back;
  await runRelink(
    {
      isBaseline: false,
      accountSid: account.ACCOUNT_SID,
      authToken: account.AUTH_TOKEN,
      port: api.port,
      certificate: api.certificate,
      settings: served.variables,
    },
    {
      FAKE_CRMS_PORT: String(crm.port),
      FAKE_CRMS_CERTIFICATE: crm.certificate,
      NODE_OPTIONS: `--require "${require.resolve('../../fakes/route-https-to-fakes')}"`,
    },
  );
  const after = (some: Outcome[]): Outage => {
    const kept = some.filter(({ isLost }) => !isLost).map(({ customer }) => stateOf(api, customer));
    return {
      outcomes: some,
      named: kept.filter(({ isNamed }) => isNamed).length,
      linked: kept.filter(({ isLinked }) => isLinked).length,
    };
  };
  served.stop();
  return [after(outcomes.filter(({ at }) => at < backMs)), after(outcomes.filter(({ at }) => at >= backMs))];
}
