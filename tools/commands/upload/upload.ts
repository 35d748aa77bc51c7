/**
 * `npm run customers:upload`: brings the file of customers into Twilio Sync, where
 * CRM_SOURCE=sync finds them. It sends what differs, so that it may be run again whenever it was interrupted.
 */
import {
  type CustomersSettings,
  customersFile,
  loadCustomers,
  OWN_CUSTOMERS,
  SAMPLE_CUSTOMERS,
} from '../../customers/customers-file';
import { Problem } from '../../problem';
import { type Caller, type Command, EXIT } from '../command-line';
import { showProgress } from '../progress';
import { runAsProcess } from '../run-as-process';
import { findTooLarge, findTurned, maskedId, planUpload, type Step } from './plan-upload';
import { type Documents, describeSyncError, type Failure, readDocuments, takeSteps } from './sync-documents';

const USAGE = `npm run customers:upload -- [--dry-run] [--prune] [--yes] [--json]

Uploads your customers to Twilio Sync: those of customers.json or customers.csv, or of the file that CUSTOMERS_FILE names
in .env.

  --dry-run  says what would be done, and does nothing
  --prune    removes customers from Sync who are no longer listed
  --yes      does not ask before it removes, or gives to other customers, more than a tenth of all addresses; with
             --prune, customers who are listed and cannot be used count as well. Without a terminal, that needs --yes
  --json     prints JSON
  --help     shows this

It exits with 0 if all is done, with 1 if something is wrong or left to do, with 2 after wrong flags, and with 130 if
it was interrupted.`;
/** How many customers of a failure are named. */
const NAMED_MAX = 5;
/** More than this share of what is in Sync is rather a wrong file than customers who have gone, or have another ID. */
const CHANGED_SHARE_MAX = 0.1;

const options = {
  prune: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;

export const upload: Command<typeof options> = {
  usage: USAGE,
  options,
  async run({ prune, yes, 'dry-run': dryRun }, caller) {
    const { env } = caller;
    refuseSamples(env);
    const { sync } = caller.connect();
    const { entries, file, warnings, unusable } = await loadCustomers(env, (read) => {
      const entries = [...read.customers, ...read.ambiguous];
      const tooLarge = findTooLarge(entries);
      if (tooLarge.length > 0) throw new Problem(tooLarge.join('\n'));
      return { ...read, entries };
    });
    for (const warning of warnings) caller.problem(warning);
    caller.note(`Customers: ${file}`);
    const { documents } = sync.v1.services(env.SYNC_SERVICE_SID?.trim() || 'default');
    caller.note('Reading what is in Sync already…');
    const existing = await readOrExplain(documents, caller);
    const { create, update, remove } = byKind(planUpload(entries, existing));
    if (prune && entries.length === 0 && remove.length > 0) {
      throw new Problem(
        `${file} lists nobody: --prune would remove all ${count(remove.length)} customers from Sync`,
      );
    }

    const change: Change = {
      removed: prune ? remove.length : 0,
      // The addresses that they have in Sync are not removed because they have gone.
      unusable: prune && remove.length > 0 ? unusable : 0,
      turned: findTurned(update, existing).length,
    };
    const isMuch = change.removed + change.unusable + change.turned > existing.size * CHANGED_SHARE_MAX;
    if (isMuch && !yes && !dryRun) await askBeforeChanging(file, change, existing.size, caller);

    const steps = [...create, ...update, ...(prune ? remove : [])];
    const unchanged = entries.length - create.length - update.length;
    const unlisted = prune ? 0 : remove.length;
    const report = (done: Step[], failures: Failure[]) => {
      const of = byKind(done);
      const removed = prune ? `, ${count(of.remove.length)} removed` : '';
      const left = unlisted > 0 ? `, ${count(unlisted)} no longer listed (--prune removes them)` : '';
      caller.result(
        `${file}: ${dryRun ? 'would be ' : ''}${count(of.create.length)} created, ${count(of.update.length)} updated${removed}, ${count(unchanged)} unchanged${left}`,
        {
          ok: done.length === steps.length,
          file,
          dryRun,
          created: of.create.length,
          updated: of.update.length,
          removed: of.remove.length,
          unchanged,
          unlisted,
          left: dryRun ? 0 : steps.length - done.length,
          failures: failures.map(({ step, reason }) => ({
            customer_id: maskedId(step.data.customer_id, step.uniqueName),
            reason,
          })),
        },
      );
    };
    if (dryRun) {
      report(steps, []);
      return EXIT.done;
    }

    const progress = showProgress(steps.length);
    const { done, failures } = await takeSteps(steps, documents, caller, progress.increment);
    progress.stop();
    report(done, failures);
    for (const line of describe(failures)) caller.problem(line);
    if (done.length === steps.length) return EXIT.done;
    throw new Problem(`${count(steps.length - done.length)} left to do: run it again to go on.`);
  },
};

/** @throws Problem if the samples would be uploaded, since the file that somebody meant is missing */
function refuseSamples(env: CustomersSettings) {
  if (env.CUSTOMERS_FILE?.trim() || customersFile(env) !== SAMPLE_CUSTOMERS) return;
  throw new Problem(
    `There is no file of your customers: put ${OWN_CUSTOMERS.slice(0, 2).join(' or ')} at the top of the project, or set CUSTOMERS_FILE in .env`,
  );
}

/** How much of what is in Sync would be lost. */
interface Change {
  removed: number;
  /** How many listed customers cannot be used. */
  unusable: number;
  turned: number;
}

/** @throws Problem unless whoever runs it agrees */
async function askBeforeChanging(
  file: string,
  { removed, unusable, turned }: Change,
  existing: number,
  { confirm }: Pick<Caller, 'confirm'>,
): Promise<void> {
  const of = `of the ${count(existing)} addresses in Sync`;
  const what = [
    ...(removed > 0 ? [`${count(removed)} ${of} are not in ${file}`] : []),
    ...(unusable > 0 ? [`${count(unusable)} of the customers in it cannot be used`] : []),
    ...(turned > 0 ? [`${count(turned)} ${of} are another customer’s there, or those of several`] : []),
  ].join(', ');
  if (await confirm?.(`${what}. ${turned > 0 ? 'Change' : 'Remove'} them?`)) return;
  const remedy = `${removed > 0 ? '--prune ' : ''}--yes ${turned > 0 ? 'changes' : 'removes'} them`;
  throw new Problem(`Nothing has been done: ${what}, more than a tenth. If it is the right file, ${remedy}.`);
}

async function readOrExplain(documents: Documents, caller: Caller): Promise<Map<string, unknown>> {
  try {
    return await readDocuments(documents, caller);
  } catch (error) {
    const reason = caller.signal.aborted ? 'interrupted' : describeSyncError(error);
    throw new Problem(`Nothing has been done: ${reason}`, { cause: error });
  }
}

function byKind(steps: Step[]): Record<Step['what'], Step[]> {
  const of = (what: Step['what']) => steps.filter((step) => step.what === what);
  return { create: of('create'), update: of('update'), remove: of('remove') };
}

/** A line for each reason, with some of the customers. */
export function describe(failures: Failure[]): string[] {
  const byReason = new Map<string, unknown[]>();
  for (const { step, reason } of failures) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), maskedId(step.data.customer_id, step.uniqueName)]);
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

if (require.main === module) void runAsProcess(upload);
