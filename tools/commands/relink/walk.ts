import type { Leg } from './legs';
import type { ListedConversation } from './list-conversations';
import type { Position } from './position';

/** How many conversations are under way at a time: more than calls, since some wait for the CRM. */
const AT_A_TIME = 20;

/** The conversations that a run goes through. */
export interface Way {
  legs: Leg[];
  list(leg: Leg): AsyncIterable<ListedConversation>;
}

/**
 * Goes through conversations by state, the newest first, several at a time. It ends, with those that are under way, when the
 * signal ends it, and when one of them throws.
 *
 * @param onPosition is called from time to time
 */
export async function walk(
  { legs, list }: Way,
  position: Position,
  signal: AbortSignal,
  take: (conversation: ListedConversation) => Promise<void>,
  onPosition: () => void,
): Promise<void> {
  for (const leg of legs) {
    if (signal.aborted) return;
    position.enter(leg.state, leg.until);
    const conversations = list(leg)[Symbol.asyncIterator]();
    let isOver = false;
    const takeTurns = async () => {
      while (!isOver && !signal.aborted) {
        const { value, done } = await conversations.next();
        if (done || signal.aborted) return;
        position.begin(value.day);
        await take(value);
        position.finish(value.day);
        onPosition();
      }
    };
    const turns = Array.from({ length: AT_A_TIME }, () =>
      takeTurns().catch((error: unknown) => {
        isOver = true;
        throw error;
      }),
    );
    const failure = (await Promise.allSettled(turns)).find((turn) => turn.status === 'rejected');
    if (failure) throw failure.reason;
  }
}
