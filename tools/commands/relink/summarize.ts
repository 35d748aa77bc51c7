import type { relinkAll } from './relink-all';

type Result = Pick<Awaited<ReturnType<typeof relinkAll>>, 'tally' | 'wentOnFrom'>;

/** What a run was to do, and whether all was done. */
interface About {
  dryRun: boolean;
  list: boolean;
  simulate: boolean;
  isComplete: boolean;
}

/** What a run has done, or would do: a heading, the table, and what can be done about customers whom nobody knows. */
export function summarize(result: Result, about: About): string {
  const { dryRun, list, simulate, isComplete } = about;
  const { tally } = result;
  const lines = [`${simulate ? 'Simulated. ' : ''}${headingOf(result, about)}`, tally.table()];
  if (isComplete && tally.counts.unknown > 0 && !simulate) {
    lines.push(
      dryRun && list
        ? 'Add those whom the CRM does not know to it, then run it again.'
        : 'npm run relink -- --dry-run --list shows whom the CRM does not know: add them to the CRM, then run it again.',
    );
  }
  return lines.join('\n');
}

function headingOf({ tally, wentOnFrom }: Result, { dryRun, isComplete }: About): string {
  const part = wentOnFrom && `n this run, from ${wentOnFrom} on:`;
  const { failed } = tally.counts;
  if (isComplete && failed === 0 && !tally.hasChanges()) {
    return part ? `All done. Nothing to change i${part}` : 'All done. Nothing to change.';
  }
  if (dryRun) return `Nothing is written. ${isComplete ? 'Without --dry-run' : 'So far'}, it would be:`;
  if (!isComplete) return part ? `So far, i${part}` : 'So far:';
  const end = failed > 0 ? 'Gone through all, but not all is done.' : 'All done.';
  return part ? `${end} I${part}` : end;
}
