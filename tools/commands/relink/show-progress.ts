import { Presets, SingleBar } from 'cli-progress';
import type { Tally } from './tally';

const A_MINUTE_MS = 60_000;

/**
 * Shows on standard error how far a run has come: as a bar on a terminal, else as a line a minute.
 *
 * @param pace how many calls are made at a time now
 */
export function showProgress({ counts }: Tally, pace: () => number) {
  const { isTTY } = process.stderr;
  const counted = '{linked} linked, {named} named, {unknown} unknown, {failed} failed';
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      noTTYOutput: true,
      notTTYSchedule: A_MINUTE_MS,
      etaBuffer: 1000,
      format: isTTY
        ? `{bar} {done} of {estimate} | ${counted} | {pace} at a time | {eta_formatted} left`
        : `{done} conversations: ${counted}, {pace} calls at a time`,
    },
    Presets.shades_classic,
  );
  let total = 0;
  const values = () => ({
    ...counts,
    done: counts.conversations.toLocaleString('en'),
    estimate: total.toLocaleString('en'),
    pace: pace(),
  });
  // Without a terminal, the first line comes after a minute, and not with the start.
  let timer: NodeJS.Timeout | undefined;
  if (isTTY) bar.start(1, 0, values());
  else timer = setTimeout(() => bar.start(1, 0, values()), A_MINUTE_MS).unref();
  return {
    isWatched: Boolean(isTTY),
    update: () => bar.update(counts.conversations, values()),
    /** So many conversations more were found. */
    expect(more: number) {
      total += more;
      bar.setTotal(Math.max(1, total));
    },
    stop() {
      clearTimeout(timer);
      if (isTTY) bar.stop();
    },
  };
}
