import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import type { TwilioError } from '../../twilio/errors';
import type { RetryCounts, Scope, Webhooks } from '../../twilio/webhooks';
import type { Caller } from '../command-line';
import { explain, reasonOf } from './explain-failure';
import { POST_EVENT, PRE_EVENT } from './function-urls';
import { addToHistory, changeInHistory, removeFromHistory } from './history';
import { isSame, nameOf } from './plan-webhooks';
import { retryCountsSetting, webhooksSetting } from './setting';
import type { RetryPlan } from './show-plan';
import { type Progress, trackProgress } from './track-progress';

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

/** What has become of a setting that failed. */
const BECOME = {
  unread: 'have been set, but not read again',
  uncertain: 'may have been set',
  untouched: 'have not been set',
};

/**
 * Sets retry counts, and webhooks, each with one request, and reads them again. What was there before is noted first.
 *
 * @returns the retry counts, `after` as they are now; as they should be, if they could not be read again
 * @throws Problem if something is left to do; it says what has been done
 */
export async function change({ webhooks, retryCounts }: Changes, twilio: Twilio, caller: Caller) {
  const progress = trackProgress(WORDS, webhooks.length + retryCounts.length);
  const entry = {
    at: new Date().toISOString(),
    accountSid: twilio.accountSid ?? '',
    webhooks: webhooks.map(({ scope, before, after }) => ({ scope, before, after })),
    retryCounts: retryCounts.map((plan) => ({ ...plan })),
  };
  addToHistory(entry);
  try {
    // Retry counts first: they do no harm to whoever is called now, and the Functions count on them.
    for (const plan of entry.retryCounts) plan.after = await setRetryCounts(plan, progress, twilio, caller);
    // The next undo knows by what Twilio has made of it that nobody else has changed it since.
    changeInHistory(entry);
    for (const plan of webhooks) await setWebhooks(plan, progress, twilio, caller);
    return entry.retryCounts;
  } finally {
    if (progress.isUntouched()) removeFromHistory(entry);
  }
}

/** If it fails, the webhooks are set all the same. @returns what Twilio has now, as far as it is known */
async function setRetryCounts(
  { serviceSid, before, after }: RetryPlan,
  progress: Progress,
  twilio: Twilio,
  caller: Caller,
): Promise<RetryCounts> {
  const setting = retryCountsSetting(twilio, serviceSid, caller);
  try {
    const now = await progress.set(setting, before, after);
    if (!setting.isSame(now, after)) {
      caller.problem(`! Twilio took the ${setting.name}, but has others now: ${now.pre} and ${now.post}`);
    }
    return now;
  } catch (error) {
    if (caller.signal.aborted) throw new Problem(`${progress.state()}: interrupted`);
    const become = progress.stateOf(setting.name);
    caller.problem(`! The ${setting.name} ${BECOME[become]}: ${reasonOf(error, 'Chat')}`);
    return become === 'untouched' ? before : after;
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
    progress.set(webhooksSetting(twilio, scope, caller), before, after).catch((error: TwilioError) => {
      const kept = after.filters.filter((event) => event !== PRE_EVENT && event !== POST_EVENT);
      if (error.status !== 400 || kept.length === 0) throw error;
      throw new Problem(
        `${reasonOf(error, 'Conversations')}. If it no longer knows one of the filters ${kept.join(', ')}, untick that in the Console, under Conversations > Manage`,
      );
    }),
  );
  if (isSame(now, after)) return;
  throw new Problem(
    `${progress.state()}: Twilio took the ${nameOf(scope)}, but has others now. Somebody else may be changing them: run it again.`,
  );
}
