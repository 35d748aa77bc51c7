import { setMaxListeners } from 'node:events';
import { Problem } from '../../problem';
import type { Crm } from '../../runtime/in-process-runtime';
import { adaptiveCalls } from '../../twilio/adaptive-calls';
import type { TwilioError } from '../../twilio/errors';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint';
import { Halt } from './halt';
import { type Leg, legsOf } from './legs';
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
  onFailure?(sid: string, failure: Described): void;
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
  const legs = legsOf(scope, today, checkpoint);
  if (legs.goesOnFrom) {
    const { state, day } = legs.goesOnFrom;
    run.note(`Going on where the last run has come to: ${state}, ${day}`);
  }
  const [{ state, until }] = legs.rest;
  const position = new Position(state, until, checkpoint?.failed);

  let halt: Halt | undefined;
  const stop = (reason: Halt) => {
    halt ??= reason;
    halted.abort();
  };
  let savedAt = performance.now();
  let hasBegun = false;
  /** What was created since the day on which a run began is not done yet. */
  let began = checkpoint?.began ?? today;
  let canSave = run.keepsPosition;
  const keep = (place: () => void) => {
    try {
      if (canSave) place();
    } catch (error) {
      canSave = false;
      if (!(error instanceof Problem)) throw error;
      stop(new Halt(error.message, 'mend'));
    }
    savedAt = performance.now();
  };
  const save = () => {
    // What could not even be listed must not replace the position of a run that had come further.
    if (hasBegun) keep(() => writeCheckpoint({ scope: aboutJson, began, ...position.get() }));
  };
  /** What has failed is tried again before all else. */
  const saveEnd = () =>
    keep(() => {
      const failed = [...position.failed];
      const start = { began: today, state: STATES[0], day: scope.until ?? today };
      if (failed.length > 0) writeCheckpoint({ scope: aboutJson, ...start, failed });
      else removeCheckpoint(aboutJson);
    });

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
      onDone: (sid) => position.failed.delete(sid),
      onFailure(sid, failure) {
        position.fail(sid);
        run.onFailure?.(sid, failure);
      },
    },
    signal,
  );
  const take = async (one: Parameters<typeof takeOne>[0]) => {
    hasBegun = true;
    try {
      await takeOne(one);
    } catch (error) {
      if (error instanceof Halt) stop(error);
      throw error;
    }
  };

  const read = async (sid: string) => {
    const readAt = performance.now();
    return listed(await calls.call(async () => complete(await conversations(sid).fetch())), readAt);
  };
  const readTheOnly = (sid: string) =>
    read(sid).catch((error: TwilioError) => {
      if (error.status !== 404) throw error;
      throw new Halt(`${sid} is not there, or in another service: see --service`, 'mend');
    });
  const goThrough = async () => {
    if (scope.conversation) return take(await readTheOnly(scope.conversation));
    const failedBefore = new Set(checkpoint?.failed);
    for (const sid of failedBefore) await take({ sid, read: () => read(sid) });
    const list = (leg: Leg) => listConversations(conversations, calls, leg);
    const takeListed = async (conversation: ListedConversation) => {
      if (!failedBefore.has(conversation.sid)) await take(conversation);
    };
    const walkAll = (legs: Leg[], position: Position) =>
      walk({ legs, list }, position, signal, takeListed, () => {
        if (performance.now() - savedAt >= CHECKPOINT_EVERY_MS) save();
      });
    // The place that is kept is that in the rest.
    await walkAll(legs.newer, new Position(state, until));
    if (signal.aborted) return;
    began = today;
    await walkAll(legs.rest, position);
  };

  try {
    await goThrough();
    if (signal.aborted) save();
    else saveEnd();
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
  const goesOn = canSave && (hasBegun || checkpoint !== undefined);
  return { tally, lookUps: crmLookUps.asked(), halt, goesOn, wentOnFrom: legs.goesOnFrom?.day };
}

function haltBy(error: unknown): Halt {
  const { reason, remedy } = describeTwilioError(error, HINTS);
  return new Halt(reason, remedy, { cause: error });
}

const HINTS = { 404: 'is --service, or CHAT_SERVICE_SID, a Conversations service of your account?' };
