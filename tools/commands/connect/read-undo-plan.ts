import type { Twilio } from 'twilio';
import type { TwilioError } from '../../twilio/errors';
import type { Scope, Webhooks } from '../../twilio/webhooks';
import type { Caller } from '../command-line';
import { reasonOf } from './explain-failure';
import type { HistoryEntry } from './history';
import { retryCountsSetting, webhooksSetting } from './setting';
import type { RetryPlan } from './show-plan';

/** What Twilio answers about a service, or an API, that is no more. */
const GONE = [404, 410];

/** What an undo puts back: `before` is what is set now, `after` what was set before the change. */
export interface UndoPlan {
  webhooks: { scope: Scope; before: Webhooks; after: Webhooks; isForeign: boolean }[];
  retryCounts: RetryPlan[];
  /** What stays as it is, and why. */
  notes: string[];
  /** What cannot be put back now, but may be later. */
  left: string[];
}

/** Reads what has become of a change. @throws TwilioError if Twilio does not answer */
export async function readUndoPlan(entry: HistoryEntry, twilio: Twilio, caller: Caller): Promise<UndoPlan> {
  const notes: string[] = [];
  const left: string[] = [];
  const webhooks = entry.webhooks.map(async ({ scope, before: was, after: made }) => {
    const { read, isSame } = webhooksSetting(twilio, scope, caller);
    const current = await read().catch((error: TwilioError) => {
      if (scope === 'account' || error.status !== 404) throw error;
      notes.push(`${scope} is gone, and its webhooks with it.`);
    });
    if (!current) return [];
    // What was interrupted is as it was before.
    const isForeign = !isSame(current, made) && !isSame(current, was);
    return { scope, before: current, after: was, isForeign };
  });
  const retryCounts = entry.retryCounts.map(async ({ serviceSid, before: was, after: made }) => {
    const { name, read, isSame } = retryCountsSetting(twilio, serviceSid, caller);
    const current = await read().catch((error: TwilioError) => {
      if (caller.signal.aborted) throw error;
      const isGone = GONE.includes(error.status ?? 0);
      if (isGone) notes.push(`The ${name} stay as they are: ${reasonOf(error, 'Chat')}`);
      else left.push(`${name} (${reasonOf(error, 'Chat')})`);
    });
    if (!current || isSame(current, was)) return [];
    if (isSame(current, made)) return { serviceSid, before: current, after: was };
    notes.push(`The ${name} stay as they are: somebody has changed them since.`);
    return [];
  });
  // Awaited together: what fails while others are awaited would end the process.
  const [plans, counts] = await Promise.all([Promise.all(webhooks), Promise.all(retryCounts)]);
  return { webhooks: plans.flat(), retryCounts: counts.flat(), notes, left };
}
