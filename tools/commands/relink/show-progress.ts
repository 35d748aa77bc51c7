import { Presets, SingleBar } from 'cli-progress';
import type { Tally } from './tally';

const A_MINUTE_MS = 60_000;

/**
 * Shows on standard error what has been done: on a terminal all the time, else as a line a minute. How much is left is not
 * known, since Twilio does not say how many conversations there are.
 *
 * @param pace how many calls are made at a time now
 */
export function showProgress({ counts }: Tally, pace: () => number) {
  const { isTTY } = process.stderr;
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      noTTYOutput: true,
      notTTYSchedule: A_MINUTE_MS,
      format:
        '{done} conversations: {linked} linked, {named} named, {unknown} unknown, {failed} failed, {pace} calls at a time',
    },
    Presets.shades_classic,
  );
  const values = () => ({ ...counts, done: counts.conversations.toLocaleString('en'), pace: pace() });
  // Without a terminal, the first line comes after a minute, and not with the start.
  let timer: NodeJS.Timeout | undefined;
  if (isTTY) bar.start(1, 0, values());
  else timer = setTimeout(() => bar.start(1, 0, values()), A_MINUTE_MS).unref();
  return {
    update: () => bar.update(0, values()),
    stop() {
      clearTimeout(timer);
      if (isTTY) bar.stop();
    },
  };
}
