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

/** What is to be changed in a conversation: nothing if nobody is known. */
export function planConversation(current: Named, known: Known, crm: Crm): Changes | undefined {
  const { linked, present, isGroup } = membersOf(current, known, crm);
  if (!present.some(({ customer }) => customer)) return undefined;
  const changes: Changes = crm.conversationChanges(current, { members: present, isGroup }) ?? {};
  if (known.refresh) {
    const before = crm.conversationChanges({}, { members: linked, isGroup });
    const now = crm.conversationChanges({}, { members: present, isGroup });
    if (current.friendlyName === before?.friendlyName && current.friendlyName !== now?.friendlyName) {
      changes.friendlyName = now?.friendlyName;
    }
    const attributes = crm.parseAttributes(current.attributes);
    const [was, is] = [linked, present].map((members) => members[0]?.customer?.avatar);
    const mayRewrite = !LONG_NUMBER.test(current.attributes ?? '');
    if (!isGroup && is && mayRewrite && attributes?.avatar && attributes.avatar === was && was !== is) {
      const json = JSON.stringify({ ...attributes, avatar: is });
      if (Buffer.byteLength(json) <= CONVERSATION_ATTRIBUTES_MAX_BYTES) changes.attributes = json;
    }
  }
  return Object.keys(changes).length > 0 ? changes : undefined;
}

/** A participant's attributes, linked to the customer or, on refreshing, with the customer's present name and avatar: JSON. */
export function planParticipant(
  { attributes: json, messagingBinding }: ListedParticipant,
  conversation: Named,
  known: Known,
  crm: Crm,
): string | undefined {
  const attributes = crm.parseAttributes(json);
  const customer = known.found.get(crm.parseAddress(messagingBinding?.address)?.key ?? '');
  if (!attributes || !customer) return undefined;
  if (!attributes.customer_id) return crm.participantAttributes(json, customer);
  if (!known.refresh || LONG_NUMBER.test(json) || attributes.customer_id !== customer.customer_id)
    return undefined;
  const ours = ownedBy(conversation, known, crm);
  const updated = { ...attributes };
  for (const name of ['display_name', 'avatar'] as const) {
    if (ours[name] && attributes[name] && customer[name]) updated[name] = customer[name];
  }
  const refreshed = JSON.stringify(updated);
  const isTooLong = Buffer.byteLength(refreshed) > PARTICIPANT_ATTRIBUTES_MAX_BYTES;
  return refreshed === JSON.stringify(attributes) || isTooLong ? undefined : refreshed;
}

/**
 * Whether a name and an avatar were taken from the CRM, and typed by nobody: the conversation and its participants have the
 * same, or the conversation has the CRM's already, if a run was interrupted between the two.
 */
function ownedBy(conversation: Named, known: Known, crm: Crm) {
  const { linked, present, isGroup } = membersOf(conversation, known, crm);
  const { friendlyName } = conversation;
  const avatar = crm.parseAttributes(conversation.attributes)?.avatar;
  const both = [linked, present];
  return {
    display_name: both.some(
      (members) => friendlyName === crm.conversationChanges({}, { members, isGroup })?.friendlyName,
    ),
    avatar: !isGroup && both.some(([member]) => avatar && avatar === member?.customer?.avatar),
  };
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
  const isGroup =
    participants.length > 1 || participants.some(({ messagingBinding }) => !messagingBinding?.proxy_address);
  return { linked, present, isGroup };
}
