import pRetry from 'p-retry';
import { isTransient } from './errors';

/** How often a call is tried again. */
export interface Retries {
  signal: AbortSignal;
  /** The pause before the first retry, in ms; each one after that is twice as long, and varied at random. */
  firstPauseMs?: number;
}

const RETRIES = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Calls Twilio, and again with growing pauses after transient errors. @throws the last error, or once the signal ends it */
export function withRetries<T>(
  call: () => PromiseLike<T>,
  { signal, firstPauseMs = FIRST_PAUSE_MS }: Retries,
): Promise<T> {
  return pRetry(call, {
    retries: RETRIES,
    minTimeout: firstPauseMs,
    maxTimeout: LONGEST_PAUSE_MS,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => isTransient(error),
  });
}
