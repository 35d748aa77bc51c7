import { Presets, SingleBar } from 'cli-progress';
import type { Tally } from './tally';

const A_MINUTE_MS = 60_000;
/** How often a terminal is written to anew, a second. */
const TIMES_A_SECOND = 4;

/** How far a run is. */
export interface Progress {
  counts: Tally['counts'];
  /** What it has come to, by the day of creation. */
  state: string;
  day: string;
  /** How many calls to Twilio are made at a time now. */
  atATime: number;
  elapsedMs: number;
}

/**
 * Shows on standard error what has been done: on a terminal all the time, else as a line a minute. How much is left cannot be
 * told, since Twilio does not say how many conversations there are: the day of creation that it has come to is shown instead.
 */
export function showProgress(progress: () => Omit<Progress, 'elapsedMs'>) {
  const startedAt = performance.now();
  const line = () => progressLine({ ...progress(), elapsedMs: performance.now() - startedAt });
  const { stderr } = process;
  if (!stderr.isTTY) {
    const timer = setInterval(() => stderr.write(`${line()}\n`), A_MINUTE_MS).unref();
    return { stop: () => clearInterval(timer) };
  }
  const bar = new SingleBar(
    { stream: stderr, clearOnComplete: true, format: line, fps: TIMES_A_SECOND },
    Presets.shades_classic,
  );
  bar.start(1, 0);
  return { stop: () => bar.stop() };
}

/** What matters most comes first: a narrow terminal cuts off the end. */
export function progressLine({ counts, state, day, atATime, elapsedMs }: Progress): string {
  const count = (n: number) => n.toLocaleString('en');
  const { conversations, linked, named, unknown, failed } = counts;
  const perSecond = (conversations * 1000) / Math.max(1, elapsedMs);
  const pace = perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond));
  const done = `${count(linked)} linked, ${count(named)} named, ${count(unknown)} unknown, ${count(failed)} failed`;
  return [
    `${count(conversations)} done: ${done}`,
    `${pace} a second, ${timeOf(elapsedMs)}, at ${day} (${state}), ${count(atATime)} calls at a time`,
  ].join(' · ');
}

function timeOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
