import type { FrontlineCustomer, Member } from '../../../assets/frontline.private';
import type { Crm } from '../../runtime/in-process-runtime';
import { CONVERSATION_ATTRIBUTES_MAX_BYTES, PARTICIPANT_ATTRIBUTES_MAX_BYTES } from '../../twilio/limits';

/** A Participant, as the REST API lists them. */
export interface ListedParticipant {
  sid: string;
  /** A worker's. */
  identity: string | null;
  messagingBinding: { address?: string; proxy_address?: string; projected_address?: string } | null;
  /** JSON */
  attributes: string;
}

/** What is known when a conversation is planned. */
export interface Known {
  /** Those who are customers. */
  participants: ListedParticipant[];
  /** Whom the CRM knows by their addresses' keys; an address that was not looked up is not there. */
  found: Map<string, FrontlineCustomer | undefined>;
  /** Names and avatars that were taken from the CRM are updated as well. */
  refresh: boolean;
}

interface Named {
  friendlyName?: string | null;
  /** JSON */
  attributes?: string;
}

/** What is written to a conversation. */
export type Changes = { friendlyName?: string; attributes?: string };

/** JSON.parse changes numbers of over 15 digits: what has one is not rewritten. */
const LONG_NUMBER = /\d{16}/;

/** Whether a participant writes from an address, and is no worker. */
export function isCustomer({ identity, messagingBinding }: ListedParticipant): boolean {
  return !identity && Boolean(messagingBinding?.address);
}

/** Whether the CRM has to be asked for a customer: not if the participant says all that is needed. */
export function needsLookUp(
  { attributes, messagingBinding }: ListedParticipant,
  { friendlyName }: Named,
  refresh: boolean,
  crm: Crm,
): boolean {
  const parsed = crm.parseAttributes(attributes);
  const address = crm.parseAddress(messagingBinding?.address);
  if (!parsed || !address) return false;
  if (!parsed.customer_id || refresh) return true;
  return !parsed.display_name && crm.isUnnamed(friendlyName, [{ address }], false);
}

/** What is to be changed in a conversation, and whether that replaces a name of the CRM's: nothing if nobody is known. */
export function planConversation(
  current: Named,
  known: Known,
  crm: Crm,
): { changes: Changes; renames: boolean } | undefined {
  const { linked, present, isGroup, isGroupMms } = membersOf(current, known, crm);
  if (!present.some(({ customer }) => customer)) return undefined;
  const changes: Changes = crm.conversationChanges(current, { members: present, isGroup }) ?? {};
  // Only in a group MMS do members join one after the other: elsewhere, the name of one of them is a name like any other.
  const isNameOfSome = isGroup && !isGroupMms && !hasAddress(current, present, crm);
  if (isNameOfSome) delete changes.friendlyName;
  let renames = false;
  if (known.refresh) {
    const before = crm.conversationChanges({}, { members: linked, isGroup });
    // A member whom only this run links is not in it, as when an event links them.
    const shown = present.map((member, i) =>
      isNameOfSome && !linked[i]?.customer ? { address: member.address } : member,
    );
    const now = crm.conversationChanges({}, { members: shown, isGroup });
    if (current.friendlyName === before?.friendlyName && current.friendlyName !== now?.friendlyName) {
      changes.friendlyName = now?.friendlyName;
      renames = linked.some(({ customer }) => customer?.display_name);
    }
    const attributes = crm.parseAttributes(current.attributes);
    const [was, is] = [linked, present].map((members) => members[0]?.customer?.avatar);
    const mayRewrite = !LONG_NUMBER.test(current.attributes ?? '');
    if (!isGroup && is && mayRewrite && attributes?.avatar && attributes.avatar === was && was !== is) {
      const json = JSON.stringify({ ...attributes, avatar: is });
      if (Buffer.byteLength(json) <= CONVERSATION_ATTRIBUTES_MAX_BYTES) changes.attributes = json;
    }
  }
  return Object.keys(changes).length > 0 ? { changes, renames } : undefined;
}

/** Whether a conversation has no name, or goes by an address, of one of its members or of several. */
function hasAddress({ friendlyName }: Named, members: Member[], crm: Crm): boolean {
  const keys = (friendlyName ?? '').split(',').map((part) => crm.parseAddress(part)?.key);
  return !friendlyName || members.some(({ address }) => keys.includes(address.key));
}

/** The customer behind a participant's address, if it was looked up and the CRM knows it. */
function customerOf({ messagingBinding }: ListedParticipant, { found }: Known, crm: Crm) {
  return found.get(crm.parseAddress(messagingBinding?.address)?.key ?? '');
}

/**
 * A participant's attributes, linked to the customer or, with `ofCrm`, with the customer's present name and avatar: JSON.
 *
 * @returns `undefined` if they are to stay, or would be too long
 */
export function planParticipant(
  participant: ListedParticipant,
  known: Known,
  crm: Crm,
  ofCrm?: OfCrm,
): string | undefined {
  const { attributes: json } = participant;
  const attributes = crm.parseAttributes(json);
  const customer = customerOf(participant, known, crm);
  if (!attributes || !customer) return undefined;
  const fits = (changed: string) => Buffer.byteLength(changed) <= PARTICIPANT_ATTRIBUTES_MAX_BYTES;
  if (!attributes.customer_id) {
    const linked = crm.participantAttributes(json, customer);
    return fits(linked) ? linked : undefined;
  }
  if (!ofCrm || LONG_NUMBER.test(json) || attributes.customer_id !== customer.customer_id) return undefined;
  const updated = { ...attributes };
  for (const name of ['display_name', 'avatar'] as const) {
    if (ofCrm[name] && attributes[name] === ofCrm[name] && customer[name]) updated[name] = customer[name];
  }
  const refreshed = JSON.stringify(updated);
  return refreshed === JSON.stringify(attributes) || !fits(refreshed) ? undefined : refreshed;
}

/** Whether a customer whom the CRM knows is not linked, since the attributes have no room left for that. */
export function isFull(participant: ListedParticipant, known: Known, crm: Crm): boolean {
  const attributes = crm.parseAttributes(participant.attributes);
  if (!attributes || attributes.customer_id || !customerOf(participant, known, crm)) return false;
  return !planParticipant(participant, known, crm);
}

/** A participant's name and avatar, as far as they were taken from the CRM and typed by nobody. */
export type OfCrm = { display_name?: unknown; avatar?: unknown };

/**
 * Tells by participants' SIDs what was taken from the CRM: what the conversation has as well, since the two are written together.
 *
 * @param conversation as it was before its name was refreshed: a participant's old name can no longer be told from a typed one then
 */
export function valuesOfCrm(conversation: Named, known: Known, crm: Crm): Map<string, OfCrm> {
  const { linked, isGroup } = membersOf(conversation, known, crm);
  const isNamedAfterThem =
    conversation.friendlyName === crm.conversationChanges({}, { members: linked, isGroup })?.friendlyName;
  const avatar = crm.parseAttributes(conversation.attributes)?.avatar;
  return new Map(
    known.participants.map(({ sid, attributes }): [string, OfCrm] => {
      const own = crm.parseAttributes(attributes);
      // Of a customer who takes part twice, the first participant's name is in the conversation's.
      const first = linked.find(({ customer }) => customer?.customer_id === own?.customer_id)?.customer;
      return [
        sid,
        {
          display_name: isNamedAfterThem && own?.display_name === first?.display_name && own?.display_name,
          avatar: !isGroup && own?.avatar === avatar && avatar,
        },
      ];
    }),
  );
}

/** Who takes part: as the participants are linked, and as the CRM and the links say together. */
function membersOf({ friendlyName }: Named, { participants, found, refresh }: Known, crm: Crm) {
  const linked = crm.membersOf(participants, friendlyName);
  const present = linked.map(({ address, customer }): Member => {
    const ofCrm = found.get(address.key);
    if (!customer) return { address, customer: ofCrm };
    if (ofCrm?.customer_id !== customer.customer_id) return { address, customer };
    const [first, second] = refresh ? [ofCrm, customer] : [customer, ofCrm];
    return {
      address,
      customer: {
        customer_id: customer.customer_id,
        display_name: first.display_name ?? second.display_name,
        avatar: first.avatar ?? second.avatar,
      },
    };
  });
  // A member of a group MMS has no number of Twilio's: https://www.twilio.com/docs/conversations/group-texting
  const isGroupMms = participants.some(({ messagingBinding }) => !messagingBinding?.proxy_address);
  return { linked, present, isGroup: isGroupMms || participants.length > 1, isGroupMms };
}
