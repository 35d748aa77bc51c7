import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import { type Caller, EXIT, type ExitCode } from '../command-line';
import { askFirst, showOnly } from './ask-first';
import { explain, unchanged } from './explain-failure';
import {
  changeInHistory,
  changesOf,
  HISTORY_FILE,
  type HistoryEntry,
  readHistory,
  removeFromHistory,
} from './history';
import { isSame } from './plan-webhooks';
import { putBack } from './put-back';
import { readUndoPlan } from './read-undo-plan';
import { showPlan } from './show-plan';
import { shownTime } from './shown-time';
import { shownWebhooks } from './shown-url';
import { describeCalls, stillCalledBy } from './still-called';
import { warningsOf } from './undo-warnings';

/**
 * Puts back what was set before the last change, reads it again, and says what could not be put back.
 *
 * @throws Problem if there is nothing to put back, if somebody else has changed it since, or if something is left to do
 */
export async function undo(
  twilio: Twilio,
  flags: { yes: boolean; replace: boolean; 'dry-run': boolean },
  caller: Caller,
): Promise<ExitCode> {
  const entry = lastChange(twilio);
  caller.note('Reading what is set now…');
  const plan = await explain(caller, unchanged, () => readUndoPlan(entry, twilio, caller));
  const { webhooks, retryCounts, notes } = plan;
  for (const note of notes) caller.problem(`! ${note}`);
  for (const one of plan.left) caller.problem(`! Cannot be put back now: ${one}`);
  const summary = {
    ok: plan.left.length === 0,
    undone: entry.at,
    dryRun: flags['dry-run'],
    webhooks: webhooks.map(({ before, after, ...one }) => ({
      ...one,
      before: shownWebhooks(before),
      after: shownWebhooks(after),
    })),
    retryCounts,
    notes,
    left: plan.left,
  };
  const shown = showPlan(webhooks, retryCounts, caller.terminal);
  const warnings = await warningsOf(twilio, entry, plan);
  const proposal = { shown, warnings, summary: { ...summary, warnings } };
  if (flags['dry-run']) {
    showOnly(proposal, caller);
    return plan.left.length === 0 ? EXIT.done : EXIT.problem;
  }
  // That it cannot be written is found before anything is changed.
  changeInHistory(entry);
  const set = `what was set before your change of ${shownTime(entry.at)}`;
  const isToDo = retryCounts.length > 0 || webhooks.some(({ before, after }) => !isSame(before, after));
  if (isToDo) {
    await askFirst({ ...proposal, question: `Put back ${set}?` }, flags, caller);
  }
  const { left, kept } = await putBack(entry, plan, twilio, caller);
  if (left.length > 0) {
    throw new Problem(
      `Not put back: ${left.join(', ')}. Run npm run connect -- --undo again, or do it in the Console, under ` +
        'Conversations > Manage, before you delete the Functions.',
    );
  }
  const scopes = changesOf(twilio).flatMap((change) => change.webhooks.map(({ scope }) => scope));
  removeFromHistory(entry);
  const rest =
    kept.length > 0 ? `\nTwilio keeps these, which do nothing without a URL: ${kept.join(', ')}.` : '';
  const words = `W${set.slice(1)} is set again`;
  const callers = await explain(
    caller,
    () => `${words}, but whether the Functions are still called is not known`,
    () => stillCalledBy(twilio, scopes, caller),
  );
  const isCalled = callers.length > 0;
  if (isCalled) caller.problem(`! ${describeCalls(callers, changesOf(twilio).length > 0)}`);
  const done = isToDo && !isCalled ? `Done: what${words.slice('What'.length)}` : words;
  caller.result(`${done}.${rest}`, { ...summary, ok: !isCalled, kept, stillCalledBy: callers });
  return isCalled ? EXIT.problem : EXIT.done;
}

function lastChange(twilio: Twilio): HistoryEntry {
  const entry = changesOf(twilio).at(-1);
  if (entry) return entry;
  if (readHistory().length > 0) {
    throw new Problem(
      `There is nothing to undo: ${HISTORY_FILE} has no change of account ${twilio.accountSid}.`,
    );
  }
  throw new Problem(
    `There is nothing to undo: npm run connect has changed nothing from this folder, or it has been undone (there is no ${HISTORY_FILE}).`,
  );
}
