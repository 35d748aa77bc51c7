import { Presets, SingleBar } from 'cli-progress';
import type { Tally } from './tally';
import type { Waiting } from './waiting';

const A_MINUTE_MS = 60_000;
/** How often a terminal is written to anew, a second. */
const TIMES_A_SECOND = 4;

/** How far a run is. */
export interface Progress {
  counts: Pick<Tally['counts'], 'conversations' | 'linked' | 'unknown' | 'failed'>;
  /** What it has come to, by the day of creation. */
  state: string;
  day: string;
  /** How many calls to Twilio are made at a time now; `undefined` if as many as may be. */
  atATime?: number;
  elapsedMs: number;
}

/**
 * Shows on standard error what has been done: on a terminal all the time, else as a line a minute. How much is left cannot be
 * told, since Twilio does not say how many conversations there are: the day of creation that it has come to is shown instead.
 * While it waits for something, that comes first.
 */
export function showProgress(progress: () => Omit<Progress, 'elapsedMs'>, waiting: Waiting) {
  const startedAt = performance.now();
  const line = () => progressLine({ ...progress(), elapsedMs: performance.now() - startedAt });
  const { stderr } = process;
  if (!stderr.isTTY) {
    const timer = setInterval(() => stderr.write(`${line()}\n`), A_MINUTE_MS).unref();
    const waits = sayWaits(waiting, (words) => stderr.write(`${words}\n`));
    return {
      refresh: waits.refresh,
      stop() {
        clearInterval(timer);
        waits.stop();
      },
    };
  }
  const withWaits = () => [waiting.words(), line()].filter(Boolean).join(' · ');
  const bar = new SingleBar(
    { stream: stderr, clearOnComplete: true, format: withWaits, fps: TIMES_A_SECOND },
    Presets.shades_classic,
  );
  bar.start(1, 0);
  return { refresh: () => bar.update(0), stop: () => bar.stop() };
}

/** Says what a run waits for, once each: at once, if it is told to `refresh`. */
export function sayWaits(waiting: Waiting, say: (words: string) => void) {
  const refresh = () => {
    const words = waiting.wordsToSay();
    if (words) say(words);
  };
  const timer = setInterval(refresh, 1000 / TIMES_A_SECOND).unref();
  return { refresh, stop: () => clearInterval(timer) };
}

/** It fits into 80 columns, and what matters most comes first, since a narrower terminal cuts off the end. */
export function progressLine({ counts, state, day, atATime, elapsedMs }: Progress): string {
  const count = (n: number) => n.toLocaleString('en');
  const { conversations, linked, unknown, failed } = counts;
  const perSecond = (conversations * 1000) / Math.max(1, elapsedMs);
  const pace = perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond));
  return [
    `${count(conversations)} done, to ${day}`,
    `${pace}/s`,
    timeOf(elapsedMs),
    [
      `${count(linked)} linked`,
      ...(failed > 0 ? [`${count(failed)} failed`] : []),
      `${count(unknown)} unknown`,
    ].join(', '),
    ...(state === 'active' ? [] : [state]),
    ...(atATime ? [`${count(atATime)} ${atATime === 1 ? 'call' : 'calls'} at a time`] : []),
  ].join(' · ');
}

function timeOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
