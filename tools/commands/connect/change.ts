import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import type { Scope, Webhooks } from '../../twilio/webhooks';
import type { Caller } from '../command-line';
import { explain, reasonOf } from './explain';
import { addToHistory, removeFromHistory } from './history';
import { isSame, nameOf } from './plan-webhooks';
import { type Progress, trackProgress } from './progress';
import { retryCountsSetting, webhooksSetting } from './setting';
import type { RetryPlan } from './show-plan';

/** What is to be changed. */
export interface Changes {
  webhooks: { scope: Scope; before: Webhooks; after: Webhooks }[];
  retryCounts: RetryPlan[];
}

const WORDS = {
  done: 'Changed',
  back: ' (npm run connect -- --undo puts that back)',
  again: 'npm run connect',
};

/**
 * Sets webhooks, each with one request, reads them again, and sets retry counts. What was there before is noted first.
 *
 * @throws Problem if something is left to do; it says what has been done
 */
export async function change({ webhooks, retryCounts }: Changes, twilio: Twilio, caller: Caller) {
  const progress = trackProgress(WORDS, webhooks.length + retryCounts.length);
  const entry = {
    at: new Date().toISOString(),
    accountSid: twilio.accountSid ?? '',
    webhooks: webhooks.map(({ scope, before, after }) => ({ scope, before, after })),
    retryCounts,
  };
  addToHistory(entry);
  try {
    // Retry counts first: they do no harm to whoever is called now, and the Functions count on them.
    for (const plan of retryCounts) await setRetryCounts(plan, progress, twilio, caller);
    for (const plan of webhooks) await setWebhooks(plan, progress, twilio, caller);
  } finally {
    if (progress.isUntouched()) removeFromHistory(entry);
  }
}

/** If it fails, the webhooks are set all the same. */
async function setRetryCounts(
  { serviceSid, before, after }: RetryPlan,
  progress: Progress,
  twilio: Twilio,
  caller: Caller,
) {
  try {
    await progress.set(retryCountsSetting(twilio, serviceSid, caller), before, after);
  } catch (error) {
    if (caller.signal.aborted) throw new Problem(`${progress.state()}: interrupted`);
    caller.problem(`! The retry counts of ${serviceSid} have not been set: ${reasonOf(error, 'Chat')}`);
  }
}

async function setWebhooks(
  { scope, before, after }: Changes['webhooks'][number],
  progress: Progress,
  twilio: Twilio,
  caller: Caller,
) {
  caller.note(`Setting the ${nameOf(scope)}…`);
  const now = await explain(caller, progress.state, () =>
    progress.set(webhooksSetting(twilio, scope, caller), before, after),
  );
  if (isSame(now, after)) return;
  throw new Problem(
    `${progress.state()}: Twilio took the ${nameOf(scope)}, but has others now. Somebody else may be changing them: run it again.`,
  );
}
