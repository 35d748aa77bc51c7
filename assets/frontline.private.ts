/**
 * What Frontline wants to know of a customer: the name and the avatar of a Conversation, and the attributes of a
 * Participant. Pure functions: https://www.twilio.com/docs/frontline/conversations-webhooks
 */
import type { Address } from './address.private';

/** Loaded when it is used, so that the limits below can be read anywhere. */
const addresses = (): typeof import('./address.private') =>
  require(Runtime.getAssets()['/address.js']?.path ?? '/address.js');

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
/** Control characters, halves of surrogate pairs, line separators, and what is invisible or changes the direction of a text. */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cs}\u200B\u2028-\u202E\u2060\u2066-\u2069\uFEFF]+/gu;
/** What is invisible, and may be within a word. */
const INVISIBLE = /[\u00AD\u061C\u115F\u1160\u200E\u200F\u3164\uFFA0]+/g;
const VISIBLE = /[^\s\u2800\uFFFC\p{Default_Ignorable_Code_Point}]/u;

/** A member of a conversation, and who that is if the CRM knows them. */
export interface Member {
  address: Address;
  customer?: FrontlineCustomer;
}

/** What a conversation is named by. */
export interface Naming {
  /** All who take part but workers and Twilio's own number; who wrote comes first. */
  members: Member[];
  /** Several people have no avatar in common. */
  isGroup: boolean;
  /** What who wrote goes by if the CRM does not know them, in place of the address. */
  authorName?: string;
}

/**
 * What is to be changed so that a Conversation is named after its members: only differences, and nothing of what somebody
 * chose. An address is no choice: it is the name that Twilio gives.
 *
 * @returns `undefined` if it is to stay as it is
 */
export function conversationChanges(
  { friendlyName, attributes }: { friendlyName?: unknown; attributes?: unknown },
  { members, isGroup, authorName }: Naming,
): { friendlyName?: string; attributes?: string } | undefined {
  const { isListOfAddresses } = addresses();
  const own = members.map(({ address }) => address);
  const changes: { friendlyName?: string; attributes?: string } = {};
  if (isUnnamed(friendlyName, members, isGroup) || isListOfAddresses(String(friendlyName), own)) {
    const name = nameOf(members, authorName);
    if (name !== friendlyName) changes.friendlyName = name;
  }
  const withAvatar = isGroup ? undefined : attributesWithAvatar(attributes, members[0]?.customer?.avatar);
  if (withAvatar) changes.attributes = withAvatar;
  return Object.keys(changes).length > 0 ? changes : undefined;
}

/**
 * Whether a conversation waits for its name: it has none, or one that is made of its own members' addresses; in a group also
 * of their names, since members join one after the other.
 */
export function isUnnamed(friendlyName: unknown, members: Member[], isGroup: boolean): boolean {
  if (typeof friendlyName !== 'string') return true;
  const names = isGroup ? members.flatMap(({ customer }) => customer?.display_name ?? []) : [];
  const isOfMember = (part: string) => {
    const text = part.trim();
    return (
      !text || names.includes(text) || members.some(({ address }) => addresses().isAddressOf(text, address))
    );
  };
  const parts = friendlyName.split(',');
  // A name may have commas in it, too: "Acme, Inc.". From the end on, whether what begins there is of members.
  const mostParts = Math.max(1, ...names.map((name) => name.split(',').length));
  const counts = Array.from({ length: mostParts }, (_, i) => i + 1);
  const fits = [...parts.map(() => false), true];
  for (let i = parts.length - 1; i >= 0; i--) {
    fits[i] = counts.some((count) => fits[i + count] && isOfMember(parts.slice(i, i + count).join(',')));
  }
  return fits[0] ?? true;
}

/** The names of the members who are known; who wrote goes by another name if they are not. */
function nameOf(members: Member[], authorName?: string): string {
  const ids = members.map(({ customer }) => customer?.customer_id);
  const names = members.flatMap(({ address, customer }, i) => {
    if (ids[i] && ids.indexOf(ids[i]) < i) return [];
    return customer?.display_name ?? (i === 0 ? authorName || address.value : []);
  });
  return shorten(names.join(', '));
}

/** Cuts a name to what Twilio takes, and never between the two units of a surrogate pair. */
function shorten(name: string): string {
  if (name.length <= FRIENDLY_NAME_MAX_LENGTH) return name;
  return `${name.slice(0, FRIENDLY_NAME_MAX_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A name on one line, without what could reorder or hide the text around it; `undefined` if nothing is left. */
export function cleanName(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const cleaned = name.replace(INVISIBLE, '').replace(CONTROL_CHARACTERS, ' ').replace(/\s+/g, ' ').trim();
  return VISIBLE.test(cleaned) ? cleaned : undefined;
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
function attributesWithAvatar(json: unknown, avatar: string | undefined): string | undefined {
  const attributes = parseAttributes(json);
  if (!avatar || !attributes || attributes.avatar) return undefined;
  const added = withAdded(json, { avatar });
  return Buffer.byteLength(added) <= CONVERSATION_ATTRIBUTES_MAX_BYTES ? added : undefined;
}

/** Adds to attributes what they have not. Their text stays, since JSON.parse changes numbers of over 15 digits. */
function withAdded(json: unknown, added: Record<string, string | undefined>): string {
  const attributes = parseAttributes(json) ?? {};
  if (Object.keys(attributes).length === 0) return JSON.stringify(added);
  return Object.entries(added).reduce((text, [name, value]) => {
    if (value === undefined || attributes[name]) return text;
    const member = JSON.stringify({ [name]: value }).slice(1, -1);
    if (!Object.hasOwn(attributes, name)) return `${text.slice(0, -1).trimEnd()},${member}}`;
    // There may be others of that name inside of values.
    const empty = new RegExp(`"${name}"\\s*:\\s*(?:null|""|false|0(?:\\.0*)?)(?=\\s*[,}])`, 'g');
    const filled = [...text.matchAll(empty)]
      .map(({ 0: { length }, index }) => text.slice(0, index) + member + text.slice(index + length))
      .find((json) => parseAttributes(json)?.[name] === value);
    return filled ?? JSON.stringify({ ...JSON.parse(text), [name]: value });
  }, String(json).trim());
}

/** The customer whom a Participant's attributes name. */
export function linkedCustomer(json: unknown): FrontlineCustomer | undefined {
  const { customer_id, display_name, avatar } = parseAttributes(json) ?? {};
  const id = Number.isFinite(customer_id) ? String(customer_id) : customer_id;
  if (typeof id !== 'string' || !id) return undefined;
  return {
    customer_id: id,
    display_name: cleanName(display_name),
    avatar: typeof avatar === 'string' && avatar ? avatar : undefined,
  };
}

/** A Participant, as far as it says who takes part. */
export interface BoundParticipant {
  messagingBinding?: { address?: unknown } | null;
  /** JSON */
  attributes: unknown;
}

/**
 * The members of a conversation, by its participants and their links. Who wrote comes first as far as the name tells: the
 * pre-event names a group that it knows nobody of after who wrote.
 */
export function membersOf(participants: BoundParticipant[], friendlyName: unknown): Member[] {
  const members = participants.flatMap(({ messagingBinding, attributes }) => {
    const address = addresses().parseAddress(messagingBinding?.address);
    return address ? [{ address, customer: linkedCustomer(attributes) }] : [];
  });
  const author = addresses().parseAddress(friendlyName)?.key;
  const isAuthor = (member: Member) => Number(member.address.key === author);
  return members.sort((a, b) => isAuthor(b) - isAuthor(a));
}

/**
 * A Participant's attributes with the customer added, as JSON. What is there stays; what makes it too long is left out, but
 * never the `customer_id`.
 */
export function participantAttributes(json: unknown, customer: FrontlineCustomer): string {
  const { customer_id, display_name, avatar } = customer;
  const whole = withAdded(json, { customer_id, display_name, avatar });
  const shorter = withAdded(json, { customer_id, display_name });
  const fits = (attributes: string) => Buffer.byteLength(attributes) <= PARTICIPANT_ATTRIBUTES_MAX_BYTES;
  return [whole, shorter].find(fits) ?? withAdded(json, { customer_id });
}
