import { setMaxListeners } from 'node:events';
import type { Crm } from '../../runtime/in-process-runtime';
import { adaptiveCalls } from '../../twilio/adaptive-calls';
import { describeError, type TwilioError } from '../../twilio/errors';
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
import { dayOf, type Scope } from './scope';
import { showProgress } from './show-progress';
import { takeConversations } from './take-conversations';
import { startTally } from './tally';
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
  const calls = adaptiveCalls(CALLS_AT_A_TIME, { signal, firstPauseMs }, run.callTimeoutMs);
  const crmLookUps = lookUps(crm, run.context, { perSecond: run.perSecond, signal, firstPauseMs });
  const tally = startTally();

  const today = dayOf(new Date());
  const about = { accountSid: run.accountSid, source: run.source, refresh, ...scope, perSecond: undefined };
  const aboutJson = JSON.parse(JSON.stringify(about)) as Record<string, unknown>;
  const kept = run.keepsPosition && !run.restart ? readCheckpoint(aboutJson) : undefined;
  if (kept === 'other') run.note('The interrupted run had other flags or another CRM: this one begins anew.');
  const checkpoint = kept === 'other' ? undefined : kept;
  const until = scope.until ?? today;
  const from = checkpoint ?? { state: STATES[0], day: until };
  if (checkpoint) run.note(`Going on where the last run has come to: ${from.state}, ${from.day}`);
  const position = new Position(from.state, from.day, checkpoint?.failed);

  let savedAt = performance.now();
  const save = () => {
    if (!run.keepsPosition) return;
    writeCheckpoint({ scope: aboutJson, ...position.get() });
    savedAt = performance.now();
  };

  const progress = run.showsProgress
    ? showProgress(() => ({ counts: tally.counts, ...position.get(), atATime: calls.atATime() }))
    : undefined;
  const takeOne = takeConversations(
    { conversations, calls, crm, find: crmLookUps.find, refresh, dryRun },
    {
      tally,
      onStep: run.onStep,
      onDone: ({ sid }) => position.failed.delete(sid),
      onFailure: ({ sid }) => position.fail(sid),
    },
    signal,
  );
  let halt: Halt | undefined;
  const take = async (conversation: ListedConversation) => {
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
          if (scope.conversation) throw new Halt(`${sid} is not there, or in another service: see --service`);
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
    if (run.keepsPosition && !signal.aborted) removeCheckpoint();
    else save();
  } catch (error) {
    save();
    if (!halt && !run.signal.aborted) {
      if (error instanceof TypeError) throw error;
      halt =
        error instanceof Halt ? error : new Halt(describeError(error, 'Twilio', HINTS), { cause: error });
    }
  } finally {
    halted.abort();
    progress?.stop();
  }
  return { tally, lookUps: crmLookUps.asked(), halt };
}

const HINTS = { 404: 'is --service, or CHAT_SERVICE_SID, a Conversations service of your account?' };
