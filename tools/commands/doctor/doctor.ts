/** `npm run doctor`: tells whether the installation works, and what to do if it does not. It changes nothing. */
import { readTypedAddress } from '../../typed-address';
import { type Command, EXIT, UsageError } from '../command-line';
import { runAsProcess } from '../run-as-process';
import type { Check } from './check';
import { account } from './check-account';
import { conversations } from './check-conversations';
import { crm } from './check-crm';
import { deployment } from './check-deployment';
import { functions } from './check-functions';
import { inbound } from './check-inbound';
import { lastDay } from './check-last-day';
import { load } from './check-load';
import { webhooks } from './check-webhooks';
import { examine } from './installation';
import { runChecks, worst } from './run-checks';
import { showChecks } from './show-checks';

const USAGE = `npm run doctor -- [CHECK…] [--address ADDRESS [--to NUMBER]] [--domain DOMAIN]
                      [--list] [--json]

Tells whether the installation works. It changes nothing.

  CHECK      makes these checks only, such as: webhooks crm
  --address  looks up who has this address, such as +14155550147
  --to       your number that they write to: by default one that creates
             conversations. Numbers in the CRM without a country code are read
             as of its country
  --domain   the domain of the Functions, if there are several
  --list     names the checks
  --json     prints JSON
  --help     shows this

It exits with 0 if there is no problem (warnings do not count), with 1 if there
is one, with 2 after wrong flags, and with 130 if it was interrupted.`;

const CHECKS: Check[] = [
  account,
  deployment,
  functions,
  webhooks,
  inbound,
  crm,
  conversations,
  lastDay,
  load,
];
/** For all of them, since they run side by side. */
const TIMEOUT_MS = 15_000;
/** When Twilio is not called again, so that its last answer is what is told. */
const LAST_TRY_MS = 10_000;

const options = {
  address: { type: 'string' },
  to: { type: 'string' },
  domain: { type: 'string' },
  list: { type: 'boolean', default: false },
} as const;

export const doctor: Command<typeof options> = {
  usage: USAGE,
  options,
  hasSettingsOfFunctions: true,
  operands: 'CHECK…',
  async run({ list, ...flags }, caller, names) {
    if (list) {
      const width = Math.max(...CHECKS.map(({ name }) => name.length)) + 2;
      const lines = CHECKS.map(({ name, about }) => `${name.padEnd(width)}${about}`);
      const checks = CHECKS.map(({ name, about }) => ({ name, about }));
      caller.result(lines.join('\n'), { ok: true, checks });
      return EXIT.done;
    }
    const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
    if (unknown.length > 0)
      throw new UsageError(`There is no check called ${unknown.join(', ')}: see --list`);
    const checks = names.length > 0 ? CHECKS.filter(({ name }) => names.includes(name)) : CHECKS;
    const { env, signal, terminal, firstPauseMs } = caller;
    const address = flags.address === undefined ? undefined : read(flags.address);
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(LAST_TRY_MS)]);
    const retries = { signal: giveUp, firstPauseMs };
    const installation = examine(caller.connect(), env, { ...flags, address }, retries);
    caller.note('Looking at the installation…\n');
    const checked = await runChecks(checks, installation, TIMEOUT_MS, signal);
    const verdict = worst(checked);
    caller.result(showChecks(checked, terminal), { ok: verdict !== 'problem', verdict, checks: checked });
    return verdict === 'problem' ? EXIT.problem : EXIT.done;
  },
};

/** @throws UsageError if it is not an address that Twilio sends */
function read(typed: string): string {
  const { address, hint } = readTypedAddress(typed);
  if (address === undefined) throw new UsageError(`--address: ${hint}`);
  return address;
}

if (require.main === module) void runAsProcess(doctor);
