import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import { describeError, type TwilioError } from '../../twilio/errors';
import {
  readRetryCounts,
  readWebhooks,
  type Scope,
  type Webhooks,
  writeRetryCounts,
  writeWebhooks,
} from '../../twilio/webhooks';
import { type Caller, EXIT, type ExitCode } from '../command-line';
import { askFirst } from './ask-first';
import { explain } from './explain';
import { HISTORY_FILE, type HistoryEntry, readHistory, removeFromHistory } from './history';
import { isSame, nameOf } from './plan-webhooks';
import { showPlan } from './show-plan';

const LABELS: Record<keyof Webhooks, string> = {
  preWebhookUrl: 'Pre-Event URL',
  postWebhookUrl: 'Post-Event URL',
  filters: 'filters',
  method: 'method',
  target: 'target',
};

/**
 * Puts back what was set before the last change, reads it again, and says what could not be put back.
 *
 * @throws Problem if there is nothing to put back, or somebody else has changed it since
 */
export async function undo(
  twilio: Twilio,
  flags: { yes: boolean; replace: boolean; 'dry-run': boolean },
  caller: Caller,
): Promise<ExitCode> {
  const entry = readHistory().findLast(({ accountSid }) => accountSid === twilio.accountSid);
  if (!entry) throw new Problem(`There is nothing to undo: ${HISTORY_FILE} has no change of this account.`);
  const { signal } = caller;
  const now = await explain(caller, 'Nothing has been changed', () => readNow(entry, twilio, caller));
  const webhooks = entry.webhooks.map(({ scope, before, after }, i) => {
    const current = now.webhooks[i] ?? after;
    // What was interrupted is as it was before.
    const isForeign = !isSame(current, after) && !isSame(current, before);
    return { scope, before: current, after: before, isForeign };
  });
  const retryCounts = entry.retryCounts.flatMap(({ serviceSid, before }, i) => {
    const current = now.retryCounts[i];
    const isBack = !current || (current.pre === before.pre && current.post === before.post);
    return isBack ? [] : [{ serviceSid, before: current, after: before }];
  });
  const summary = { undone: entry.at, dryRun: flags['dry-run'], webhooks, retryCounts };
  const shown = showPlan(webhooks, retryCounts, caller.terminal);
  if (flags['dry-run']) {
    caller.result(shown, summary);
    return EXIT.done;
  }
  const warnings = webhooks
    .filter(({ isForeign }) => isForeign)
    .map(({ scope }) => `The ${nameOf(scope)} have been changed since ${entry.at}: that would be lost.`);
  await askFirst({ shown, warnings, question: `Put back what was set before ${entry.at}?` }, flags, caller);

  const left: string[] = [];
  const idle: string[] = [];
  const done: string[] = [];
  for (const { scope, before, after } of webhooks) {
    const state =
      done.length > 0 ? `Put back: ${done.join(', ')}. The rest is not` : 'Nothing has been changed';
    if (signal.aborted) throw new Problem(`${state}: interrupted`);
    if (isSame(before, after)) continue;
    const current = await explain(caller, state, async () => {
      await write(twilio, scope, after, caller);
      done.push(nameOf(scope));
      return readWebhooks(twilio, scope, { signal });
    });
    const fields = differences(current, after).map((field) => `${LABELS[field]} of the ${nameOf(scope)}`);
    // Without a URL, nothing is called, whatever the filters are.
    (current.preWebhookUrl || current.postWebhookUrl ? left : idle).push(...fields);
  }
  for (const { serviceSid, after } of retryCounts) {
    await writeRetryCounts(twilio, serviceSid, after, { signal }).catch((error) =>
      left.push(`retry counts of ${serviceSid} (${describeError(error, 'Chat')})`),
    );
  }
  if (left.length > 0) {
    throw new Problem(
      `Twilio did not put back: ${left.join(', ')}. Do that in the Console, under Conversations > Manage, before you delete the Functions.`,
    );
  }
  removeFromHistory(entry);
  const rest =
    idle.length > 0 ? `\nTwilio keeps these, which do nothing without a URL: ${idle.join(', ')}.` : '';
  caller.result(`Done: what was set before ${entry.at} is set again.${rest}`, { ...summary, kept: idle });
  return EXIT.done;
}

async function readNow(entry: HistoryEntry, twilio: Twilio, { signal }: Caller) {
  const webhooks = await Promise.all(
    entry.webhooks.map(({ scope }) => readWebhooks(twilio, scope, { signal })),
  );
  const counts = entry.retryCounts.map(({ serviceSid }) =>
    readRetryCounts(twilio, serviceSid, { signal }).catch(() => undefined),
  );
  return { webhooks, retryCounts: await Promise.all(counts) };
}

/** Twilio may refuse what is empty, which it does not describe: then it is left out, and stays. */
async function write(twilio: Twilio, scope: Scope, webhooks: Webhooks, { signal }: Caller) {
  const isEmptying = !webhooks.preWebhookUrl || !webhooks.postWebhookUrl || webhooks.filters.length === 0;
  await writeWebhooks(twilio, scope, webhooks, { signal }).catch((error: TwilioError) => {
    if (error.status !== 400 || !isEmptying) throw error;
    return writeWebhooks(twilio, scope, webhooks, { signal }, 'left out');
  });
}

function differences(one: Webhooks, other: Webhooks): (keyof Webhooks)[] {
  const fields = Object.keys(LABELS) as (keyof Webhooks)[];
  return fields.filter((field) => !isSame({ ...one, [field]: other[field] }, one));
}
