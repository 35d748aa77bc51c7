import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { TwilioError } from './errors';

/** How fast Twilio is called, at most. */
export interface Pace {
  atATime: number;
  perSecond: number;
}

/** Makes one call when it is its turn. */
export type PacedCall = <T>(send: () => PromiseLike<T>) => Promise<T>;

/** After 429, all calls wait this long; then they begin at half the pace, and each that is answered makes it a little faster. */
const PAUSE_MS = 1000;
const SPEED_UP = 0.99;

/**
 * Does something for each item, several at a time. Items that are left when the signal ends it are not begun.
 *
 * @param take makes its calls, the first ones as those that are tried again, by what it is given
 */
export async function forEachAtPace<T>(
  items: Iterable<T>,
  { atATime, perSecond }: Pace,
  signal: AbortSignal,
  take: (item: T, call: PacedCall) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency: atATime });
  const call = callsAtPace(1000 / perSecond, signal);
  const clear = () => queue.clear();
  signal.addEventListener('abort', clear);
  const taken: Promise<void>[] = [];
  for (const item of items) {
    // What is taken begins while others are added.
    if (!signal.aborted) taken.push(queue.add(() => take(item, call)));
  }
  // Items that were cleared never settle; an error ends it before the queue is idle.
  await Promise.race([Promise.all(taken), queue.onIdle()]);
  await queue.onIdle();
  signal.removeEventListener('abort', clear);
}

/** @param shortestMs from the beginning of a call to that of the next one, as long as Twilio takes that */
function callsAtPace(shortestMs: number, signal: AbortSignal): PacedCall {
  let intervalMs = shortestMs;
  let notBefore = 0;
  let slowedDownAt = 0;
  let lastTurn = Promise.resolve();

  /** One after the other, so that a call that waits already waits longer if Twilio asks for it. */
  async function takeTurn(previous: Promise<void>) {
    await previous;
    while (notBefore > performance.now()) {
      await sleep(notBefore - performance.now(), undefined, { signal });
    }
    notBefore = performance.now() + intervalMs;
  }

  function slowDown(calledAt: number) {
    // All that are under way are refused together: that counts once.
    if (calledAt < slowedDownAt) return;
    slowedDownAt = performance.now();
    intervalMs *= 2;
    notBefore = slowedDownAt + PAUSE_MS;
  }

  return async (send) => {
    lastTurn = takeTurn(lastTurn);
    await lastTurn;
    const calledAt = performance.now();
    try {
      const answer = await send();
      intervalMs = Math.max(shortestMs, intervalMs * SPEED_UP);
      return answer;
    } catch (error) {
      if ((error as TwilioError).status === 429) slowDown(calledAt);
      throw error;
    }
  };
}
