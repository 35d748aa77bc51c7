import { Presets, SingleBar } from 'cli-progress';

/** Of how many the last pace is taken: enough that a pause does not make hours of the minutes that are left. */
const PACE_OF = 500;

/** Shows on standard error how much is done, if that is a terminal. */
export function showProgress(total: number) {
  const bar = new SingleBar(
    {
      clearOnComplete: true,
      stream: process.stderr,
      format: '{bar} {value} of {total}, {eta_formatted} left',
      etaBuffer: PACE_OF,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    /** One more is done. */
    increment: () => bar.increment(),
    stop: () => bar.stop(),
  };
}
