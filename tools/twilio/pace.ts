import PQueue from 'p-queue';

/** How fast Twilio is called. */
export interface Pace {
  atATime: number;
  perSecond: number;
}

/** Does something for each item, several at a time. Items that are left when the signal ends it are not begun. */
export async function forEachAtPace<T>(
  items: Iterable<T>,
  { atATime, perSecond }: Pace,
  signal: AbortSignal,
  take: (item: T) => Promise<void>,
): Promise<void> {
  // One after the other, so that no second has more.
  const queue = new PQueue({ concurrency: atATime, intervalCap: 1, interval: 1000 / perSecond });
  const clear = () => queue.clear();
  signal.addEventListener('abort', clear);
  const taken: Promise<void>[] = [];
  for (const item of items) {
    // What is taken begins while others are added.
    if (!signal.aborted) taken.push(queue.add(() => take(item)));
  }
  // Items that were cleared never settle; an error ends it before the queue is idle.
  await Promise.race([Promise.all(taken), queue.onIdle()]);
  await queue.onIdle();
  signal.removeEventListener('abort', clear);
}
