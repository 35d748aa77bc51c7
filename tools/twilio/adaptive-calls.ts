import PQueue from 'p-queue';
import type { TwilioError } from './errors';
import { CALL_TIMEOUT_MS } from './http-client';
import { type Retries, withRetries } from './retries';

/** After how many answers, for each call that is made at a time, one more is. */
const ANSWERS_TO_SPEED_UP = 10;

/** Whoever follows how calls end. */
export interface CallsWatch {
  answered(): void;
  failed(error: TwilioError): void;
}

export type AdaptiveCalls = ReturnType<typeof adaptiveCalls>;

/**
 * Calls to Twilio, as many at a time as it takes: 429 halves that, and calls that are answered bring it back. How many an
 * account may make at a time is not documented: https://www.twilio.com/docs/usage/rest-api-best-practices
 *
 * @param atMost how many at a time, to begin with and at most
 * @param timeoutMs how long a call may take at the most
 * @param watch is told how each attempt of a call ended
 */
export function adaptiveCalls(
  atMost: number,
  retries: Retries,
  timeoutMs = CALL_TIMEOUT_MS,
  watch?: CallsWatch,
) {
  const queue = new PQueue({ concurrency: atMost, timeout: timeoutMs });
  let answers = 0;
  let slowedDownAt = 0;

  function slowDown(calledAt: number) {
    // All that are under way are refused together: that counts once.
    if (calledAt < slowedDownAt) return;
    slowedDownAt = performance.now();
    queue.concurrency = Math.max(1, Math.floor(queue.concurrency / 2));
    answers = 0;
  }

  function speedUp() {
    answers++;
    if (queue.concurrency === atMost || answers < queue.concurrency * ANSWERS_TO_SPEED_UP) return;
    queue.concurrency++;
    answers = 0;
  }

  /** Makes a call when it is its turn. @throws TwilioError */
  async function once<T>(send: () => PromiseLike<T>): Promise<T> {
    try {
      const answer = await queue.add(() => sendOnce(send));
      watch?.answered();
      return answer;
    } catch (error) {
      watch?.failed(error as TwilioError);
      throw error;
    }
  }

  async function sendOnce<T>(send: () => PromiseLike<T>): Promise<T> {
    const calledAt = performance.now();
    try {
      const answer = await send();
      speedUp();
      return answer;
    } catch (error) {
      if ((error as TwilioError).status === 429) slowDown(calledAt);
      throw error;
    }
  }

  return {
    once,
    /** Makes a call, and again after transient errors. @throws TwilioError */
    call: <T>(send: () => PromiseLike<T>): Promise<T> => withRetries(() => once(send), retries),
    /** Makes several calls in a row, each by `once`, and all of them again after transient errors. @throws TwilioError */
    calls: <T>(attempt: (isFirst: boolean) => Promise<T>): Promise<T> => {
      let attempts = 0;
      return withRetries(() => attempt(attempts++ === 0), retries);
    },
    /** How many calls are made at a time now. */
    atATime: () => queue.concurrency,
  };
}
