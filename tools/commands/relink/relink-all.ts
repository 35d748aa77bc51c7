import { setMaxListeners } from 'node:events';
import type { Crm } from '../../runtime/in-process-runtime';
import { adaptiveCalls } from '../../twilio/adaptive-calls';
import type { TwilioError } from '../../twilio/errors';
import type { CrmContext } from './crm-context';
import { lookUps } from './crm-look-ups';
import { Halt } from './halt';
import { type Keeping, keepPosition } from './keep-position';
import type { Leg } from './legs';
import { type Conversations, type ListedConversation, listConversations, listed } from './list-conversations';
import { Position } from './position';
import { complete } from './read-pages';
import type { Step } from './relinking';
import { type Described, describeTwilioError } from './remedy';
import { dayOf } from './scope';
import { sayWaits, showProgress } from './show-progress';
import { takeConversations } from './take-conversations';
import { startTally } from './tally';
import { Waiting, watchTwilio } from './waiting';
import { walk } from './walk';

/** What a run is to do, and with what. */
export interface Run extends Keeping {
  refresh?: boolean;
  dryRun?: boolean;
  accountSid: string;
  /** The CRM source. */
  source: string;
  conversations: Conversations;
  crm: Crm;
  context: CrmContext;
  perSecond: number;
  signal: AbortSignal;
  showsProgress?: boolean;
  /** The pause before the first retry, in ms. */
  firstPauseMs?: number;
  /** How long a call to Twilio may take, in ms. */
  callTimeoutMs?: number;
  onStep?(conversation: ListedConversation, step: Step): void;
  onFailure?(sid: string, failure: Described): void;
}

/** How many calls to Twilio are made at a time: what more an account may make is left to the webhooks. */
const CALLS_AT_A_TIME = 10;

/**
 * Goes through all conversations of the scope.
 *
 * @returns what was done; `halt` says why it has ended before all was
 */
export async function relinkAll(run: Run) {
  const { scope, refresh = false, dryRun = false, crm, conversations, firstPauseMs } = run;
  const halted = new AbortController();
  const signal = AbortSignal.any([run.signal, halted.signal]);
  setMaxListeners(Number.POSITIVE_INFINITY, signal);
  const waiting = new Waiting();
  const retries = { signal, firstPauseMs };
  const calls = adaptiveCalls(CALLS_AT_A_TIME, retries, run.callTimeoutMs, watchTwilio(waiting));
  const crmLookUps = lookUps(crm, run.context, { perSecond: run.perSecond, signal, firstPauseMs, waiting });
  const tally = startTally();

  const about = { accountSid: run.accountSid, source: run.source, refresh, ...scope, perSecond: undefined };
  let halt: Halt | undefined;
  const stop = (reason: Halt) => {
    halt ??= reason;
    halted.abort();
  };
  const kept = keepPosition(run, about, dayOf(new Date()), stop);
  const { position, legs } = kept;

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
      onStep: (conversation, step) => run.onStep?.(conversation, step),
      onDone: (sid) => position.failed.delete(sid),
      onFailure(sid, failure) {
        position.fail(sid);
        run.onFailure?.(sid, failure);
      },
    },
    signal,
  );
  const take = async (one: Parameters<typeof takeOne>[0]) => {
    kept.begin();
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
      throw new Halt(`${sid} is not there, or in another service: see --service`, 'fix');
    });
  const goThrough = async () => {
    if (scope.conversation) return take(await readTheOnly(scope.conversation));
    for (const sid of kept.failedBefore) await take({ sid, read: () => read(sid) });
    const list = (leg: Leg) => listConversations(conversations, calls, leg);
    const takeListed = async (conversation: ListedConversation) => {
      if (!kept.failedBefore.has(conversation.sid)) await take(conversation);
    };
    const walkAll = (legs: Leg[], position: Position) =>
      walk({ legs, list }, position, signal, takeListed, kept.saveFromTimeToTime);
    // The position that is kept is that in the rest.
    await walkAll(legs.newer, new Position(legs.rest[0].state, legs.rest[0].until));
    if (signal.aborted) return;
    kept.haveNewer();
    await walkAll(legs.rest, position);
  };

  try {
    await goThrough();
    if (signal.aborted) kept.save();
    else kept.end();
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
    wentOnFrom: legs.goesOnFrom?.day,
  };
}

function haltBy(error: unknown): Halt {
  const { reason, remedy } = describeTwilioError(error, HINTS);
  return new Halt(reason, remedy, { cause: error });
}

const HINTS = { 404: 'is --service, or CHAT_SERVICE_SID, a Conversations service of your account?' };
