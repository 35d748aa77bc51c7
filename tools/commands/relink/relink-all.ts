import { setMaxListeners } from 'node:events';
import type { Crm } from '../../runtime/in-process-runtime';
import { adaptiveCalls } from '../../twilio/adaptive-calls';
import type { TwilioError } from '../../twilio/errors';
import { Halt } from './halt';
import { type Keeping, keepPosition } from './keep-position';
import {
  type Conversations,
  type ListedConversation,
  listConversations,
  listed,
  type State,
} from './list-conversations';
import { lookUps } from './look-up';
import type { Step } from './relink-conversation';
import { type Described, describeTwilioError } from './remedy';
import { dayOf, type Scope } from './scope';
import { sayWaits, showProgress } from './show-progress';
import { takeConversations } from './take-conversations';
import { startTally } from './tally';
import { Waiting, watchTwilio } from './waiting';
import { walk } from './walk';

/** What a run is to do, and with what. */
export interface Run extends Keeping {
  scope: Scope;
  refresh: boolean;
  dryRun: boolean;
  accountSid: string;
  /** The CRM source. */
  source: string;
  conversations: Conversations;
  crm: Crm;
  context: Parameters<Crm['findCustomer']>[1];
  perSecond: number;
  signal: AbortSignal;
  showsProgress: boolean;
  /** The pause before the first retry, in ms. */
  firstPauseMs?: number;
  /** How long a call to Twilio may take, in ms. */
  callTimeoutMs?: number;
  onStep(conversation: ListedConversation, step: Step): void;
  onFailure?(conversation: ListedConversation, failure: Described): void;
}

/** How many calls to Twilio are made at a time: what more an account may make is left to the webhooks. */
const CALLS_AT_A_TIME = 10;

/**
 * Goes through all conversations of the scope.
 *
 * @returns what was done; `halt` says why it has ended before all was
 */
export async function relinkAll(run: Run) {
  const { scope, refresh, dryRun, crm, conversations, firstPauseMs } = run;
  const halted = new AbortController();
  const signal = AbortSignal.any([run.signal, halted.signal]);
  setMaxListeners(Number.POSITIVE_INFINITY, signal);
  const waiting = new Waiting();
  const retries = { signal, firstPauseMs };
  const calls = adaptiveCalls(CALLS_AT_A_TIME, retries, run.callTimeoutMs, watchTwilio(waiting));
  const crmLookUps = lookUps(crm, run.context, { perSecond: run.perSecond, signal, firstPauseMs, waiting });
  const tally = startTally();

  const until = scope.until ?? dayOf(new Date());
  const about = { accountSid: run.accountSid, source: run.source, refresh, ...scope, perSecond: undefined };
  const kept = keepPosition(run, about, until);
  const { position, from } = kept;

  const atATime = () => (calls.atATime() < CALLS_AT_A_TIME ? calls.atATime() : undefined);
  const progress = run.showsProgress
    ? showProgress(() => ({ counts: tally.counts, ...position.get(), atATime: atATime() }), waiting)
    : sayWaits(waiting, run.note);
  const onInterruption = () => {
    waiting.begin('end', () => 'Stopping after what is under way…');
    progress.refresh();
  };
  run.signal.addEventListener('abort', onInterruption, { once: true });
  const takeOne = takeConversations(
    { conversations, calls, crm, find: crmLookUps.find, refresh, dryRun },
    {
      tally,
      onStep: run.onStep,
      onDone: ({ sid }) => position.failed.delete(sid),
      onFailure(conversation, failure) {
        position.fail(conversation.sid);
        run.onFailure?.(conversation, failure);
      },
    },
    signal,
  );
  let halt: Halt | undefined;
  const take = async (conversation: ListedConversation) => {
    kept.begin();
    try {
      await takeOne(conversation);
    } catch (error) {
      if (error instanceof Halt) {
        halt ??= error;
        halted.abort();
      }
      throw error;
    }
  };

  const list = (state: State, day: string) =>
    listConversations(conversations, calls, state, { since: scope.since, until: day });
  const goThrough = async () => {
    for (const sid of scope.conversation ? [scope.conversation] : kept.failedBefore) {
      const readAt = performance.now();
      const one = await calls
        .call(() => conversations(sid).fetch())
        .catch((error: TwilioError) => {
          if (error.status !== 404) throw error;
          if (scope.conversation)
            throw new Halt(`${sid} is not there, or in another service: see --service`, 'mend');
          position.failed.delete(sid);
          return undefined;
        });
      if (one) await take(listed(one, readAt));
    }
    if (scope.conversation) return;
    await walk({ list, until, from }, position, signal, take, kept.saveFromTimeToTime);
  };

  try {
    await goThrough();
    if (signal.aborted) kept.save();
    else kept.remove();
  } catch (error) {
    kept.save();
    if (!halt && !run.signal.aborted) {
      if (error instanceof TypeError) throw error;
      halt = error instanceof Halt ? error : haltBy(error);
    }
  } finally {
    halted.abort();
    progress.stop();
    run.signal.removeEventListener('abort', onInterruption);
  }
  return {
    tally,
    lookUps: crmLookUps.asked(),
    halt,
    goesOn: kept.isKept(),
    wentOnFrom: kept.wentOnFrom,
  };
}

function haltBy(error: unknown): Halt {
  const { reason, remedy } = describeTwilioError(error, HINTS);
  return new Halt(reason, remedy, { cause: error });
}

const HINTS = { 404: 'is --service, or CHAT_SERVICE_SID, a Conversations service of your account?' };
