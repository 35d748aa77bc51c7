import { isDeepStrictEqual } from 'node:util';
import { parseAddress } from '../../../assets/address.private';
import { maskId } from '../../../assets/event-log.private';
import type { AddressedCustomer, AmbiguousAddress } from '../../customers/customer-list';
import { SYNC_DATA_MAX_BYTES, SYNC_UNIQUE_NAME_MAX_LENGTH } from '../../twilio/limits';

/** One thing to do, so that Sync has what is listed. */
export interface Step {
  what: 'create' | 'update' | 'remove';
  uniqueName: string;
  data: Record<string, unknown>;
}

/** What tells the customers' Documents from others of the same service: see assets/crm/sync.private.ts. */
export const PREFIX = 'customer:';

/** Who has an address: a customer, or several. */
type Entry = AddressedCustomer | AmbiguousAddress;

/** The Document of an address. */
function documentOf({ key, ...data }: Entry): { uniqueName: string; data: Step['data'] } {
  return { uniqueName: PREFIX + key, data };
}

/** A customer_id as the log has it: masked if it is itself a phone number or an e-mail address. */
export function maskedId(id: unknown, uniqueName: string): string | undefined {
  if (typeof id !== 'string') return undefined;
  const masked = maskId(id, parseAddress(uniqueName.slice(PREFIX.length)));
  return masked === JSON.stringify(id) ? id : masked;
}

/** Which customers Sync would not take, and why not. */
export function findTooLarge(entries: Entry[]): string[] {
  return entries.flatMap((entry) => {
    const { uniqueName, data } = documentOf(entry);
    const ids = [data.customer_id ?? data.customer_ids].flat().map((id) => maskedId(id, uniqueName));
    const who = `customer_id ${ids.map((id) => JSON.stringify(id)).join(', ')}`;
    if (uniqueName.length > SYNC_UNIQUE_NAME_MAX_LENGTH)
      return `${who} has an address that is too long for Sync`;
    if (Buffer.byteLength(JSON.stringify(data)) > SYNC_DATA_MAX_BYTES)
      return `${who} has over 16 KB: shorten it for Sync`;
    return [];
  });
}

/** What is to be done if `existing` is in Sync, and `entries` should be. Removals come last. */
export function planUpload(entries: Entry[], existing: Map<string, unknown>): Step[] {
  const wanted = entries.map(documentOf);
  const listed = new Set(wanted.map(({ uniqueName }) => uniqueName));
  const changed = wanted.flatMap((document): Step[] => {
    const { uniqueName, data } = document;
    if (!existing.has(uniqueName)) return [{ what: 'create', ...document }];
    return isDeepStrictEqual(existing.get(uniqueName), data) ? [] : [{ what: 'update', ...document }];
  });
  const gone = [...existing.keys()].filter((uniqueName) => !listed.has(uniqueName));
  return [...changed, ...gone.map((uniqueName): Step => ({ what: 'remove', uniqueName, data: {} }))];
}

/** The steps that give an address to another customer than the one who has it in Sync, or make it ambiguous. */
export function findTurned(steps: Step[], existing: Map<string, unknown>): Step[] {
  const idOf = (data: unknown) => (data as { customer_id?: unknown } | null | undefined)?.customer_id;
  return steps.filter(({ what, uniqueName, data }) => {
    const before = what === 'update' ? idOf(existing.get(uniqueName)) : undefined;
    return before !== undefined && before !== idOf(data);
  });
}
