import type { Twilio } from 'twilio';
import type { TwilioError } from '../../twilio/errors';
import { hasUrl, type Webhooks } from '../../twilio/webhooks';
import type { Caller } from '../command-line';
import { explain, reasonOf } from './explain-failure';
import { changeInHistory, type HistoryEntry } from './history';
import { isSame, nameOf } from './plan-webhooks';
import type { UndoPlan } from './read-undo-plan';
import { retryCountsSetting, type Setting, webhooksSetting } from './setting';
import { type Progress, trackProgress } from './track-progress';

const LABELS: Record<keyof Webhooks, string> = {
  preWebhookUrl: 'Pre-Event URL',
  postWebhookUrl: 'Post-Event URL',
  filters: 'filters',
  method: 'method',
  target: 'target',
};
/** What Twilio answers about one setting, and not about all of them. */
const REFUSALS = [400, 404, 409, 410];
const WORDS = { done: 'Put back', back: '', again: 'npm run connect -- --undo' };

/**
 * Puts back, one setting after the other, what was set before a change, and reads it again. The entry of the history is
 * changed with it.
 *
 * @returns what is left to do, and what Twilio keeps although it does nothing
 * @throws Problem if Twilio cannot be reached; it says what has been done
 */
export async function putBack(entry: HistoryEntry, plan: UndoPlan, twilio: Twilio, caller: Caller) {
  const webhooks = plan.webhooks.filter(({ before, after }) => !isSame(before, after));
  const progress = trackProgress(WORDS, webhooks.length + plan.retryCounts.length);
  const left = [...plan.left];
  const kept: string[] = [];
  for (const { scope, before, after } of webhooks) {
    const setting = webhooksSetting(twilio, scope, caller);
    const now = await setBack(setting, before, after, progress, left, caller);
    if (!now) continue;
    const fields = differences(now, after).map((field) => `${LABELS[field]} of the ${nameOf(scope)}`);
    // Without a URL, nothing is called, whatever the filters are.
    (hasUrl(now) ? left : kept).push(...fields);
    // The next undo knows by it that nobody else has changed it since.
    const noted = entry.webhooks.find((one) => one.scope === scope);
    if (noted) noted.after = now;
    changeInHistory(entry);
  }
  for (const { serviceSid, before, after } of plan.retryCounts) {
    const setting = retryCountsSetting(twilio, serviceSid, caller);
    const now = await setBack(setting, before, after, progress, left, caller);
    if (now && !setting.isSame(now, after)) left.push(setting.name);
  }
  return { left, kept };
}

/** What Twilio refuses is left, and does not keep it from the rest; that it cannot be reached does. */
async function setBack<T>(
  setting: Setting<T>,
  before: T,
  after: T,
  progress: Progress,
  left: string[],
  caller: Caller,
): Promise<T | undefined> {
  return explain(caller, progress.state, async () => {
    try {
      return await progress.set(setting, before, after);
    } catch (error) {
      if (!REFUSALS.includes((error as TwilioError).status ?? 0)) throw error;
      left.push(`${setting.name} (${reasonOf(error, 'Twilio')})`);
      return undefined;
    }
  });
}

function differences(one: Webhooks, other: Webhooks): (keyof Webhooks)[] {
  const fields = Object.keys(LABELS) as (keyof Webhooks)[];
  return fields.filter((field) => !isSame({ ...one, [field]: other[field] }, one));
}
