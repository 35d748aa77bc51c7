import { setMaxListeners } from 'node:events';
import type { Crm } from '../../runtime/in-process-runtime';
import { adaptiveCalls } from '../../twilio/adaptive-calls';
import type { TwilioError } from '../../twilio/errors';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint';
import { Halt } from './halt';
import {
  type Conversations,
  type ListedConversation,
  listConversations,
  listed,
  STATES,
} from './list-conversations';
import { lookUps } from './look-up';
import { Position } from './position';
import { complete } from './read-pages';
import type { Step } from './relink-conversation';
import { type Described, describeTwilioError } from './remedy';
import { dayOf, type Scope } from './scope';
import { sayWaits, showProgress } from './show-progress';
import { takeConversations } from './take-conversations';
import { startTally } from './tally';
import { Waiting, watchTwilio } from './waiting';
import { walk } from './walk';

/** What a run is to do, and with what. */
export interface Run {
  scope: Scope;
  /** It goes on where an interrupted one has come to, unless `restart`. */
  keepsPosition: boolean;
  restart: boolean;
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
  note(line: string): void;
}

/** How many calls to Twilio are made at a time: what more an account may make is left to the webhooks. */
const CALLS_AT_A_TIME = 10;
const CHECKPOINT_EVERY_MS = 1000;

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

  const today = dayOf(new Date());
  const about = { accountSid: run.accountSid, source: run.source, refresh, ...scope, perSecond: undefined };
  const aboutJson = JSON.parse(JSON.stringify(about)) as Record<string, unknown>;
  const kept = run.keepsPosition && !run.restart ? readCheckpoint(aboutJson) : undefined;
  if (kept === 'other')
    run.note('The interrupted run was about another account, CRM or days: this one begins anew.');
  const checkpoint = kept === 'other' ? undefined : kept;
  const until = scope.until ?? today;
  const from = checkpoint ?? { state: STATES[0], day: until };
  if (checkpoint) run.note(`Going on where the last run has come to: ${from.state}, ${from.day}`);
  const position = new Position(from.state, from.day, checkpoint?.failed);

  let savedAt = performance.now();
  let hasBegun = false;
  const save = () => {
    // What could not even be listed must not replace the position of a run that had come further.
    if (!run.keepsPosition || !hasBegun) return;
    writeCheckpoint({ scope: aboutJson, ...position.get() });
    savedAt = performance.now();
  };

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
    hasBegun = true;
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

  const list = (state: (typeof STATES)[number], day: string) =>
    listConversations(conversations, calls, state, { since: scope.since, until: day });
  const goThrough = async () => {
    for (const sid of scope.conversation ? [scope.conversation] : (checkpoint?.failed ?? [])) {
      const readAt = performance.now();
      const one = await calls
        .call(async () => complete(await conversations(sid).fetch()))
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
    await walk({ list, until, from }, position, signal, take, () => {
      if (performance.now() - savedAt >= CHECKPOINT_EVERY_MS) save();
    });
  };

  try {
    await goThrough();
    if (run.keepsPosition && !signal.aborted) removeCheckpoint(aboutJson);
    else save();
  } catch (error) {
    save();
    if (!halt && !run.signal.aborted) {
      if (error instanceof TypeError) throw error;
      halt = error instanceof Halt ? error : haltBy(error);
    }
  } finally {
    halted.abort();
    progress.stop();
    run.signal.removeEventListener('abort', onInterruption);
  }
  /** Whether the next run goes on where this one has come to. */
  const goesOn = run.keepsPosition && (hasBegun || checkpoint !== undefined);
  return { tally, lookUps: crmLookUps.asked(), halt, goesOn, wentOnFrom: checkpoint?.day };
}

function haltBy(error: unknown): Halt {
  const { reason, remedy } = describeTwilioError(error, HINTS);
  return new Halt(reason, remedy, { cause: error });
}

const HINTS = { 404: 'is --service, or CHAT_SERVICE_SID, a Conversations service of your account?' };
