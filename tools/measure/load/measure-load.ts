import { once, setMaxListeners } from 'node:events';
import type { Deployment } from './gateway';
import { serve } from './serve-behind-gateway';
import type { Situation } from './situations';
import { type Outcome, writeToWorkers } from './write-to-workers';

/** How many customers write, and what Twilio does. */
export interface Rate {
  perSecond: number;
  seconds: number;
  /** How often Twilio sends each webhook again. */
  retries: number;
}

/** Who has not been answered so long after the last customer has written is not waited for. */
const DRAIN_MS = 5000;

/**
 * Has customers write to Functions behind Twilio's gateway.
 *
 * @param isSettled whether each instance knows already what is broken
 * @param stopsAtLoss whether it ends when a message is lost
 * @returns what became of the conversations that have been answered when it ends
 */
export async function measureLoad(
  situation: Situation,
  files: Pick<Deployment, 'functions' | 'assets' | 'coldMs'>,
  { perSecond, seconds, retries }: Rate,
  { isSettled = false, stopsAtLoss = false } = {},
): Promise<Outcome[]> {
  const served = await serve(situation, files, isSettled);
  const end = new AbortController();
  // Each customer waits for it.
  setMaxListeners(0, end.signal);
  const overMs = seconds * 1000;
  const drained = setTimeout(() => end.abort(), overMs + DRAIN_MS);
  const outcomes: Outcome[] = [];
  const ended = once(end.signal, 'abort');
  const written = writeToWorkers(served.gateway.send, served.api, {
    count: perSecond * seconds,
    overMs,
    retries,
    signal: end.signal,
    onOutcome(outcome) {
      outcomes.push(outcome);
      if (outcome.isLost && stopsAtLoss) end.abort();
    },
  }).catch((error: Error) => {
    if (!end.signal.aborted) throw error;
  });
  await Promise.race([written, ended]);
  clearTimeout(drained);
  end.abort();
  served.stop();
  return outcomes;
}
