import { isRefused, isTransient, type TwilioError } from '../../twilio/errors';
import { LookUpError } from './crm-look-ups';
import { Halt } from './halt';
import type { ListedConversation } from './list-conversations';
import { FullError, relinkConversation } from './relink-conversation';
import type { Relinking, Step } from './relinking';
import { type Described, describeTwilioError } from './remedy';
import type { Tally } from './tally';

/** After so many conversations in a row that Twilio did not answer for, it counts as not reachable. */
const FAILURES_MAX = 20;

/** What a run notes of each conversation. */
export interface Notes {
  tally: Tally;
  onStep(conversation: ListedConversation, step: Step): void;
  onDone(sid: string): void;
  onFailure(sid: string, failure: Described): void;
}

/** A conversation that failed in an earlier run. */
interface FailedBefore {
  sid: string;
  read(): Promise<ListedConversation>;
}

/**
 * Takes conversations one by one, and notes what becomes of each.
 *
 * @returns what takes one: it throws Halt if the run is to end, and when the signal has ended it
 */
export function takeConversations(relinking: Relinking, notes: Notes, signal: AbortSignal) {
  const { tally } = notes;
  let failuresInARow = 0;
  return async (one: ListedConversation | FailedBefore): Promise<void> => {
    const { sid } = one;
    const failedBefore = 'read' in one;
    try {
      const conversation = failedBefore ? await one.read() : one;
      const outcome = await relinkConversation(conversation, relinking, (step) => {
        tally.step(step);
        notes.onStep(conversation, step);
      });
      failuresInARow = 0;
      tally.finish(outcome);
      notes.onDone(sid);
    } catch (error) {
      if (error instanceof Halt) throw error;
      signal.throwIfAborted();
      // A bug is not a failure of the conversation.
      if (error instanceof TypeError || error instanceof ReferenceError) throw error;
      const { status = 0 } = error as TwilioError;
      if (failedBefore && status === 404) {
        tally.finish('gone');
        notes.onDone(sid);
        return;
      }
      const isOwn = error instanceof LookUpError || error instanceof FullError;
      const failure = isOwn ? { reason: error.message, remedy: error.remedy } : describeTwilioError(error);
      const { reason, remedy } = failure;
      if (status === 401) throw new Halt(reason, remedy, { cause: error });
      tally.fail(sid, failure);
      notes.onFailure(sid, failure);
      // Those that failed before may all be refused once more, and no other may be.
      const isRefusedAnew = isRefused(error) && !failedBefore;
      if (!isOwn && (isTransient(error) || isRefusedAnew) && ++failuresInARow >= FAILURES_MAX)
        throw new Halt(reason, remedy, { cause: error });
    }
  };
}
