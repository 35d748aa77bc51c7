import type { Twilio } from 'twilio';
import type { Retries } from '../../twilio/retries';
import {
  type Guard,
  type RetryCounts,
  readRetryCounts,
  readWebhooks,
  type Scope,
  type Webhooks,
  writeRetryCounts,
  writeWebhooks,
} from '../../twilio/webhooks';
import { isSame, nameOf } from './plan-webhooks';

/** Something of the account that `connect` sets, and that its undo puts back. */
export interface Setting<T> {
  /** In words, in the plural. */
  name: string;
  read(): Promise<T>;
  /** @throws Problem if the guard stops it, TwilioError if Twilio does not answer, or refuses it */
  write(value: T, guard: Guard<T>): Promise<void>;
  isSame(one: T, other: T): boolean;
}

export function webhooksSetting(twilio: Twilio, scope: Scope, retries: Retries): Setting<Webhooks> {
  return {
    name: nameOf(scope),
    read: () => readWebhooks(twilio, scope, retries),
    write: (webhooks, guard) => writeWebhooks(twilio, scope, webhooks, guard, retries),
    isSame,
  };
}

export function retryCountsSetting(
  twilio: Twilio,
  serviceSid: string,
  retries: Retries,
): Setting<RetryCounts> {
  return {
    name: `retry counts of ${serviceSid}`,
    read: () => readRetryCounts(twilio, serviceSid, retries),
    write: (counts, guard) => writeRetryCounts(twilio, serviceSid, counts, guard, retries),
    isSame: (one, other) => one.pre === other.pre && one.post === other.post,
  };
}
