import { type ListedConversation, STATES, type State } from './list-conversations';
import type { Position } from './position';

/** How many conversations are under way at a time: more than calls, since some wait for the CRM. */
const AT_A_TIME = 20;

/** The conversations that a run goes through. */
export interface Way {
  list(state: State, until: string): AsyncIterable<ListedConversation>;
  /** The last day of creation. */
  until: string;
  /** Where an earlier run has come to. */
  from: { state: State; day: string };
}

/**
 * Goes through conversations by state, the newest first, several at a time. It ends, with those that are under way, when the
 * signal ends it, and when one of them throws.
 *
 * @param onPosition is called from time to time
 */
export async function walk(
  { list, until, from }: Way,
  position: Position,
  signal: AbortSignal,
  take: (conversation: ListedConversation) => Promise<void>,
  onPosition: () => void,
): Promise<void> {
  const states = STATES.slice(STATES.indexOf(from.state));
  for (const state of states) {
    if (signal.aborted) return;
    const day = state === from.state ? from.day : until;
    position.enter(state, day);
    const conversations = list(state, day)[Symbol.asyncIterator]();
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
