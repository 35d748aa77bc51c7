/**
 * `npm run customers:upload`: brings the customers of the file that `npm run build` would take into Twilio Sync, where
 * CRM_SOURCE=sync finds them. It sends what differs, so that it may be run again whenever it was interrupted.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import twilio from 'twilio';
import { CustomersError, customersFile, loadCustomers } from '../../customers/customers-file';
import { type AddressedCustomer, readCustomers } from '../../customers/read-customers';
import {
  type Failure,
  readDocuments,
  reasonOf,
  type Step,
  stepsTo,
  takeSteps,
  tooLarge,
} from './sync-documents';

const USAGE = `npm run customers:upload -- [--dry-run] [--prune]

Uploads the customers of customers.json, or of the file that CUSTOMERS_FILE names in .env, to Twilio Sync.

  --dry-run  says what would be done, and does nothing
  --prune    removes customers from Sync who are no longer listed
  --help     shows this`;
/** How long one call to Twilio may take before it is tried again. */
const CALL_TIMEOUT_MS = 10_000;
/** How many customers of a failure are named. */
const NAMED_MAX = 5;

if (existsSync('.env')) process.loadEnvFile();
const { prune, dryRun } = readFlags();
const interruption = new AbortController();
// More than once: npm passes on the Ctrl-C that the terminal has sent already.
process.on('SIGINT', () => interruption.abort());
upload().then((status) => process.exit(interruption.signal.aborted ? 130 : status));

/** @returns the status to exit with */
async function upload(): Promise<number> {
  const { ACCOUNT_SID, AUTH_TOKEN, SYNC_SERVICE_SID } = process.env;
  if (!ACCOUNT_SID?.startsWith('AC') || !AUTH_TOKEN) {
    return fail('ACCOUNT_SID (AC…) and AUTH_TOKEN are not set: put those of your account into .env');
  }
  let customers: AddressedCustomer[];
  try {
    const loaded = loadCustomers(process.env, (source, country) => {
      const read = readCustomers(source, country);
      return { ...read, problems: [...read.problems, ...tooLarge(read.customers)] };
    });
    for (const warning of loaded.warnings) console.warn(warning);
    if (process.stderr.isTTY) console.error(`Customers: ${loaded.file}`);
    customers = loaded.customers;
  } catch (error) {
    if (!(error instanceof CustomersError)) throw error;
    return fail(error.message);
  }

  const { sync } = twilio(ACCOUNT_SID, AUTH_TOKEN, { timeout: CALL_TIMEOUT_MS });
  const { documents } = sync.v1.services(SYNC_SERVICE_SID || 'default');
  if (process.stderr.isTTY) console.error('Reading what is in Sync already…');
  let steps: Step[];
  try {
    steps = stepsTo(customers, await readDocuments(documents, interruption.signal));
  } catch (error) {
    return fail(`Nothing has been done: ${interruption.signal.aborted ? 'interrupted' : reasonOf(error)}`);
  }
  const { create, update, remove } = byKind(steps);
  const unlisted = count(remove.length);
  if (prune && customers.length === 0 && remove.length > 0) {
    return fail(
      `${customersFile(process.env)} lists nobody: --prune would remove all ${unlisted} customers from Sync`,
    );
  }
  const todo = prune ? steps : [...create, ...update];
  const rest = [
    `${count(customers.length - create.length - update.length)} unchanged`,
    ...(prune || remove.length === 0 ? [] : [`${unlisted} no longer listed (--prune removes them)`]),
  ].join(', ');
  if (dryRun) {
    console.log(`Would be: ${summaryOf(todo)}, ${rest}`);
    return 0;
  }

  const bar = new SingleBar({ clearOnComplete: true }, Presets.shades_classic);
  bar.start(todo.length, 0);
  const { done, failures } = await takeSteps(todo, documents, interruption.signal, () => bar.increment());
  bar.stop();

  console.log(`${summaryOf(done)}, ${rest}`);
  for (const line of explain(failures)) console.error(line);
  const left = todo.length - done.length;
  if (left === 0) return 0;
  return fail(`${count(left)} left to do: run it again to go on.`);
}

function readFlags() {
  try {
    const boolean = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({ options: { prune: boolean, 'dry-run': boolean, help: boolean } });
    if (values.help) {
      console.log(USAGE);
      process.exit();
    }
    return { prune: values.prune, dryRun: values['dry-run'] };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(1);
  }
}

function byKind(steps: Step[]): Record<Step['what'], Step[]> {
  const of = (what: Step['what']) => steps.filter((step) => step.what === what);
  return { create: of('create'), update: of('update'), remove: of('remove') };
}

function summaryOf(steps: Step[]): string {
  const { create, update, remove } = byKind(steps);
  const removed = prune ? `, ${count(remove.length)} removed` : '';
  return `${count(create.length)} created, ${count(update.length)} updated${removed}`;
}

/** A line for each reason, with some of the customers. */
function explain(failures: Failure[]): string[] {
  const byReason = new Map<string, unknown[]>();
  for (const { step, reason } of failures) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), step.data.customer_id]);
  }
  return [...byReason].map(([reason, ids]) => {
    const named = ids.filter(Boolean).slice(0, NAMED_MAX);
    const names = named.map((id) => JSON.stringify(id)).join(', ');
    return `${count(ids.length)} failed: ${reason}${names && ` (customer_id ${names}${ids.length > NAMED_MAX ? ', …' : ''})`}`;
  });
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function fail(problem: string): number {
  console.error(problem);
  return 1;
}
