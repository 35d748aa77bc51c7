import { isRefused, isTransient } from '../../twilio/errors';
import { Halt } from './halt';
import type { ListedConversation } from './list-conversations';
import { LookUpError } from './look-up';
import { type Relinking, relinkConversation, type Step } from './relink-conversation';
import { type Described, describeTwilioError } from './remedy';
import type { Tally } from './tally';

/** After so many conversations in a row that Twilio did not answer for, it counts as not reachable. */
const FAILURES_MAX = 20;

/** What a run notes of each conversation. */
export interface Notes {
  tally: Tally;
  onStep(conversation: ListedConversation, step: Step): void;
  onDone(conversation: ListedConversation): void;
  onFailure(conversation: ListedConversation, failure: Described): void;
}

/**
 * Takes conversations one by one, and notes what becomes of each.
 *
 * @returns what takes one: it throws Halt if the run is to end, and when the signal has ended it
 */
export function takeConversations(relinking: Relinking, notes: Notes, signal: AbortSignal) {
  const { tally } = notes;
  let failuresInARow = 0;
  return async (conversation: ListedConversation): Promise<void> => {
    try {
      const outcome = await relinkConversation(conversation, relinking, (step) => {
        tally.step(step);
        notes.onStep(conversation, step);
      });
      failuresInARow = 0;
      tally.finish(outcome);
      notes.onDone(conversation);
    } catch (error) {
      if (error instanceof Halt) throw error;
      signal.throwIfAborted();
      // A bug is not a failure of the conversation.
      if (error instanceof TypeError || error instanceof ReferenceError) throw error;
      const isOfCrm = error instanceof LookUpError;
      const failure = isOfCrm ? { reason: error.message, remedy: error.remedy } : describeTwilioError(error);
      const { reason, remedy } = failure;
      if (isRefused(error)) throw new Halt(reason, remedy, { cause: error });
      tally.fail(conversation.sid, failure);
      notes.onFailure(conversation, failure);
      if (!isOfCrm && isTransient(error) && ++failuresInARow >= FAILURES_MAX)
        throw new Halt(reason, remedy, { cause: error });
    }
  };
}
