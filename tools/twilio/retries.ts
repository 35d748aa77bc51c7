import pRetry from 'p-retry';
import { Problem } from '../problem';
import { isMalformed, isTimeout, isTransient, malformedAnswer } from './errors';

/** How often a call is tried again. */
export interface Retries {
  signal: AbortSignal;
  /** The pause before the first retry, in ms; each one after that is twice as long, and varied at random. */
  firstPauseMs?: number;
}

const RETRIES = 6;
/** Half an answer comes once; a proxy's page, each time. */
const RETRIES_OF_MALFORMED = 2;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Calls Twilio, and again with growing pauses after transient errors.
 *
 * @throws the last error, also if the time is up; or the signal's reason, if it is another
 */
export async function withRetries<T>(
  call: () => PromiseLike<T>,
  { signal, firstPauseMs = FIRST_PAUSE_MS }: Retries,
): Promise<T> {
  let last: unknown;
  const noting = async () => {
    try {
      return await call();
    } catch (error) {
      last = isUnreadable(error) ? malformedAnswer(error) : error;
      throw last;
    }
  };
  try {
    return await pRetry(noting, {
      retries: RETRIES,
      minTimeout: firstPauseMs,
      maxTimeout: LONGEST_PAUSE_MS,
      randomize: true,
      signal,
      shouldRetry: ({ error, attemptNumber }) =>
        !(error instanceof Problem) &&
        isTransient(error) &&
        (!isMalformed(error) || attemptNumber <= RETRIES_OF_MALFORMED),
    });
  } catch (error) {
    throw isTimeout(error) ? (last ?? error) : error;
  }
}

/** What Twilio's helper library throws if an answer is not JSON, or not what it expects. */
function isUnreadable(error: unknown): boolean {
  const isNoPage = (error as Error).message === 'Page Records cannot be deserialized';
  return error instanceof SyntaxError || error instanceof TypeError || isNoPage;
}
