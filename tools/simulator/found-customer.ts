import type { Simulator } from './simulator';

/** A customer whom the mapping found, as the page shows them. */
export interface FoundCustomer {
  id: string;
  name?: string;
  avatar?: string;
  /** Addresses; phone numbers without a channel. */
  channels: string[];
}

/** Who a customer_id is: a customer of the file, or one whom the CRM source found during this run. */
export function findCustomer({ people, twilio }: Simulator, id: string): FoundCustomer | undefined {
  const person = people().get(id);
  if (person) return { id, name: person.name, avatar: person.avatar, channels: person.keys };
  const found = twilio.traffic.exchanges
    .flatMap(({ report }) => report?.found.flat() ?? [])
    .findLast((one) => String(Object(one).customer_id) === id);
  if (!found) return undefined;
  const { display_name, avatar, phone_numbers } = Object(found) as Record<string, unknown>;
  return {
    id,
    name: typeof display_name === 'string' ? display_name : undefined,
    avatar: typeof avatar === 'string' ? avatar : undefined,
    channels: Array.isArray(phone_numbers) ? phone_numbers.filter(Boolean).map(String) : [],
  };
}
