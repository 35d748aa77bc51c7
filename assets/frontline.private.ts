/**
 * What Frontline wants to know of a customer: the name and the avatar of a Conversation, and the attributes of a
 * Participant. Pure functions: https://www.twilio.com/docs/frontline/conversations-webhooks
 */
import type { Address } from './address.private';

/** A customer in Frontline's own terms. */
export interface FrontlineCustomer {
  customer_id: string;
  display_name?: string;
  /** An absolute http(s) URL. */
  avatar?: string;
}

/** The `Attributes` of a Conversation or a Participant. */
export type Attributes = Record<string, unknown>;

/** In UTF-16 units: https://www.twilio.com/docs/conversations/conversations-limits */
export const FRIENDLY_NAME_MAX_LENGTH = 256;
/** 16 KB and 4 KB: https://www.twilio.com/docs/conversations/conversations-limits */
export const CONVERSATION_ATTRIBUTES_MAX_BYTES = 16 * 1024;
export const PARTICIPANT_ATTRIBUTES_MAX_BYTES = 4 * 1024;

/** The names of the members who are known; who wrote, the first of them, goes by the address if they are not. */
export function conversationName(
  members: Address[],
  customers: readonly (FrontlineCustomer | undefined)[],
): string {
  const ids = customers.map((customer) => customer?.customer_id);
  const names = members.flatMap((member, i) => {
    if (ids[i] && ids.indexOf(ids[i]) < i) return [];
    return customers[i]?.display_name ?? (i === 0 ? member.value : []);
  });
  return shorten(names.join(', '));
}

/** Cuts a name to what Twilio takes, and never between the two units of a surrogate pair. */
function shorten(name: string): string {
  if (name.length <= FRIENDLY_NAME_MAX_LENGTH) return name;
  return `${name.slice(0, FRIENDLY_NAME_MAX_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Reads Attributes. Nothing counts as `{}`; returns `undefined` if they are not a JSON object: leave those alone. */
export function parseAttributes(json: unknown): Attributes | undefined {
  try {
    const attributes = JSON.parse(String(json ?? '').trim() || '{}') ?? {};
    return typeof attributes === 'object' && !Array.isArray(attributes) ? attributes : undefined;
  } catch {
    return undefined;
  }
}

/** A Conversation's attributes with the avatar added: JSON, or `undefined` if they are to stay as they are. */
export function conversationAttributes(json: unknown, { avatar }: FrontlineCustomer): string | undefined {
  const attributes = parseAttributes(json);
  if (!avatar || !attributes || attributes.avatar) return undefined;
  const added = JSON.stringify({ ...attributes, avatar });
  return Buffer.byteLength(added) <= CONVERSATION_ATTRIBUTES_MAX_BYTES ? added : undefined;
}

/** A Participant's attributes with the customer added, as JSON. What is there stays; what makes it too long is left out. */
export function participantAttributes(attributes: Attributes, customer: FrontlineCustomer): string {
  const withAdded = (...names: (keyof FrontlineCustomer)[]) => {
    const merged = { ...attributes };
    for (const name of names) merged[name] ||= customer[name];
    return JSON.stringify(merged);
  };
  const whole = withAdded('customer_id', 'display_name', 'avatar');
  const shorter = withAdded('customer_id', 'display_name');
  const fits = (json: string) => Buffer.byteLength(json) <= PARTICIPANT_ATTRIBUTES_MAX_BYTES;
  return [whole, shorter].find(fits) ?? withAdded('customer_id');
}
