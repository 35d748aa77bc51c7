import type { Twilio } from 'twilio';
import { Problem } from '../../problem';
import { describeError } from '../../twilio/errors';
import {
  readWebhooks,
  type Scope,
  type Webhooks,
  writeRetryCounts,
  writeWebhooks,
} from '../../twilio/webhooks';
import type { Caller } from '../command-line';
import { explain } from './explain';
import { addToHistory } from './history';
import { isSame, nameOf } from './plan-webhooks';
import type { RetryPlan } from './show-plan';

/** What is to be changed. */
export interface Changes {
  webhooks: { scope: Scope; before: Webhooks; after: Webhooks }[];
  retryCounts: RetryPlan[];
}

/**
 * Sets webhooks, each with one request, reads them again, and sets retry counts. What was there before is noted first.
 *
 * @throws Problem if something is left to do; it says what has been done
 */
export async function change({ webhooks, retryCounts }: Changes, twilio: Twilio, caller: Caller) {
  const { signal } = caller;
  const done: string[] = [];
  const state = () =>
    done.length > 0
      ? `Changed: ${done.join(', ')} (npm run connect -- --undo puts that back). The rest is not`
      : 'Nothing has been changed';
  addToHistory({
    at: new Date().toISOString(),
    accountSid: twilio.accountSid ?? '',
    webhooks: webhooks.map(({ scope, before, after }) => ({ scope, before, after })),
    retryCounts,
  });
  // Retry counts first: they do no harm to whoever is called now, and the Functions count on them.
  for (const { serviceSid, after } of retryCounts) {
    if (signal.aborted) throw new Problem(`${state()}: interrupted`);
    try {
      await writeRetryCounts(twilio, serviceSid, after, { signal });
      done.push(`retry counts of ${serviceSid}`);
    } catch (error) {
      if (signal.aborted) throw new Problem(`${state()}: interrupted`);
      caller.problem(`! The retry counts of ${serviceSid} stay as they are: ${describeError(error, 'Chat')}`);
    }
  }
  for (const { scope, before, after } of webhooks) {
    if (signal.aborted) throw new Problem(`${state()}: interrupted`);
    const name = nameOf(scope);
    caller.note(`Setting the ${name}…`);
    const left = await explain(caller, state(), async () => {
      await writeWebhooks(twilio, scope, after, { signal });
      done.push(name);
      return readWebhooks(twilio, scope, { signal });
    });
    if (isSame(left, after)) continue;
    if (isSame(left, before)) done.pop();
    throw new Problem(
      `${state()}: Twilio took the ${name}, but has others now. Somebody else may be changing them: run it again.`,
    );
  }
}
