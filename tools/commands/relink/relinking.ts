import type { Address } from '../../../assets/address.private';
import type { Crm } from '../../runtime/in-process-runtime';
import type { AdaptiveCalls } from '../../twilio/adaptive-calls';
import type { Conversations } from './list-conversations';
import type { Known } from './plan';

/** What a run works with. */
export interface Relinking {
  conversations: Conversations;
  calls: AdaptiveCalls;
  crm: Crm;
  /** Finds the customer behind an address, who wrote to Twilio's number. */
  find(address: Address, proxyAddress: string | undefined): ReturnType<Crm['findCustomer']>;
  refresh: boolean;
  /** Only says what would be done. */
  dryRun: boolean;
}

/** One thing that was done, or what kept it from being done. */
export type Step =
  | {
      what: 'linked' | 'already' | 'unknown' | 'refreshed' | 'left' | 'unreadable';
      address: Address;
      customerId?: string;
    }
  | { what: 'named' | 'avatar' | 'renamed' };

/** What was read, and when. */
export interface Read {
  readAt: number;
  known: Known;
}

/** What was read longer ago may have been changed meanwhile. */
const SNAPSHOT_MAX_AGE_MS = 500;

/** Whether it is to be read again before something is written. @param readAt by `performance.now()` */
export function isOld(readAt: number): boolean {
  return performance.now() - readAt > SNAPSHOT_MAX_AGE_MS;
}
