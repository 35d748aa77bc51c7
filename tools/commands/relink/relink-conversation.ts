import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../../../assets/address.private';
import type { Crm } from '../../runtime/in-process-runtime';
import type { AdaptiveCalls } from '../../twilio/adaptive-calls';
import type { TwilioError } from '../../twilio/errors';
import type { Conversations, ListedConversation } from './list-conversations';
import {
  type Changes,
  isCustomer,
  type Known,
  type ListedParticipant,
  needsLookUp,
  planConversation,
  planParticipant,
} from './plan';

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
  | { what: 'linked' | 'already' | 'unknown' | 'refreshed' | 'left'; address: Address; customerId?: string }
  | { what: 'named' | 'avatar' | 'renamed' };

/** What became of a conversation: `closed` and `gone` while the run was under way. */
export type Outcome = 'done' | 'closed' | 'gone';

/** What was read longer ago may have been changed meanwhile. */
const SNAPSHOT_MAX_AGE_MS = 500;
/** https://www.twilio.com/docs/conversations/api/conversation-participant-resource#read-multiple-conversationparticipant-resources */
const PAGE_SIZE = 100;
/** https://www.twilio.com/docs/api/errors/50377 */
const CLOSED = 50377;

/**
 * Links the customers of a conversation, and names it after them. What is written rests on what was read a moment before: what
 * somebody chose meanwhile stays.
 *
 * @param onStep is told each thing that was done, as soon as it is
 * @throws LookUpError or TwilioError if it failed; Halt if all others would fail too
 */
export async function relinkConversation(
  conversation: ListedConversation,
  relinking: Relinking,
  onStep: (step: Step) => void,
): Promise<Outcome> {
  if (conversation.state === 'closed') return 'closed';
  try {
    await relink(conversation, relinking, onStep);
    return 'done';
  } catch (error) {
    const { status, code } = error as TwilioError;
    if (code === CLOSED) return 'closed';
    if (status === 404) return 'gone';
    throw error;
  }
}

async function relink(listed: ListedConversation, relinking: Relinking, onStep: (step: Step) => void) {
  const { conversations, calls, crm, find, refresh } = relinking;
  const { participants: list } = conversations(listed.sid);
  let readAt = 0;
  const all: ListedParticipant[] = await calls.call(() => {
    readAt = performance.now();
    return list.list({ pageSize: PAGE_SIZE });
  });
  const participants = all.filter(isCustomer).map(({ sid, identity, messagingBinding, attributes }) => ({
    sid,
    identity,
    messagingBinding,
    attributes,
  }));
  const known: Known = { participants, found: new Map(), refresh };

  // In group MMS, the number that a customer wrote to is the workers'.
  const projected = all.map(({ messagingBinding }) => messagingBinding?.projected_address).find(Boolean);
  await Promise.all(
    participants
      .filter((participant) => needsLookUp(participant, listed, refresh, crm))
      .map(async ({ messagingBinding, attributes }) => {
        const address = crm.parseAddress(messagingBinding?.address);
        if (!address) return;
        const customer = await find(address, messagingBinding?.proxy_address ?? projected);
        known.found.set(address.key, customer);
        if (!customer && !crm.parseAttributes(attributes)?.customer_id) onStep({ what: 'unknown', address });
      }),
  );

  const isLinked = ({ attributes }: ListedParticipant) =>
    Boolean(crm.parseAttributes(attributes)?.customer_id);
  const [linked, unlinked] = [participants.filter(isLinked), participants.filter((one) => !isLinked(one))];
  let current = listed;
  for (const participant of unlinked)
    await writeParticipant(participant, 'linked', { current, readAt, known }, relinking, onStep);
  // The name before the participants' names: until these are new, it can be told that the old one was the CRM's.
  current = await writeConversation(listed, known, relinking, onStep);
  for (const participant of linked)
    await writeParticipant(participant, 'refreshed', { current, readAt, known }, relinking, onStep);
}

/** Writes what is to be changed in a participant, if anything is; one who has left is left alone. */
async function writeParticipant(
  participant: ListedParticipant,
  what: 'linked' | 'refreshed',
  { current, readAt, known }: { current: ListedConversation; readAt: number; known: Known },
  { conversations, calls: { calls, once }, crm, dryRun }: Relinking,
  onStep: (step: Step) => void,
) {
  const resource = conversations(current.sid).participants(participant.sid);
  let hasLeft = false;
  const wasWritten = await calls(async (isFirst) => {
    const plan = () => planParticipant(participant, current, known, crm);
    if (!plan()) return false;
    if (dryRun) return true;
    if (!isFirst || performance.now() - readAt > SNAPSHOT_MAX_AGE_MS) {
      const { attributes } = await once(() => resource.fetch());
      // What an attempt has written whose answer got lost counts as written by it.
      const isDone = !isFirst && attributes === plan();
      participant.attributes = attributes;
      if (isDone) return true;
    }
    const attributes = plan();
    if (!attributes) return false;
    await once(() => resource.update({ attributes }));
    return true;
  }).catch((error: TwilioError) => {
    if (error.status !== 404) throw error;
    hasLeft = true;
    return false;
  });
  const address = crm.parseAddress(participant.messagingBinding?.address);
  if (!address) return;
  if (hasLeft) onStep({ what: 'left', address });
  else if (!wasWritten && what === 'refreshed') onStep({ what: 'already', address });
  if (wasWritten) onStep({ what, address, customerId: known.found.get(address.key)?.customer_id });
}

/** Writes what is to be changed in a conversation, if anything is. @returns the conversation as it was read last */
async function writeConversation(
  listed: ListedConversation,
  known: Known,
  { conversations, calls: { calls, once }, crm, dryRun }: Relinking,
  onStep: (step: Step) => void,
): Promise<ListedConversation> {
  let current = listed;
  let sent: { changes: Changes; hadName: boolean } | undefined;
  const plan = () => planConversation(current, known, crm);
  await calls(async (isFirst) => {
    if (!plan() && !sent) return;
    if (!dryRun && (!isFirst || performance.now() - current.readAt > SNAPSHOT_MAX_AGE_MS)) {
      const { friendlyName, attributes, state } = await once(() => conversations(listed.sid).fetch());
      current = { ...listed, friendlyName, attributes, state, readAt: performance.now() };
    }
    const changes = plan();
    // An attempt may have been carried out, and its answer lost.
    if (sent && isDeepStrictEqual({ ...current, ...sent.changes }, current)) return;
    sent = changes && { changes, hadName: hasName(current, known, crm) };
    if (changes && !dryRun) await once(() => conversations(listed.sid).update(changes));
  });
  if (!sent) return current;
  const { changes, hadName } = sent;
  if (changes.friendlyName) onStep({ what: hadName ? 'renamed' : 'named' });
  if (changes.attributes) onStep({ what: 'avatar' });
  return { ...current, ...changes };
}

/** Whether it goes by more than addresses. */
function hasName({ friendlyName }: ListedConversation, { participants }: Known, crm: Crm): boolean {
  const members = crm.membersOf(participants, friendlyName);
  return !crm.isUnnamed(friendlyName, members, members.length > 1);
}
