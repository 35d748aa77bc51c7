import { Presets, SingleBar } from 'cli-progress';

/** Shows on standard error how much is done, if that is a terminal. */
export function showProgress(total: number) {
  const bar = new SingleBar({ clearOnComplete: true, stream: process.stderr }, Presets.shades_classic);
  bar.start(total, 0);
  return {
    /** One more is done. */
    increment: () => bar.increment(),
    stop: () => bar.stop(),
  };
}
