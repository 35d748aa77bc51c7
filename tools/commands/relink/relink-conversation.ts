import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../../../assets/address.private';
import type { Crm } from '../../runtime/in-process-runtime';
import type { AdaptiveCalls } from '../../twilio/adaptive-calls';
import type { TwilioError } from '../../twilio/errors';
import type { Conversations, ListedConversation } from './list-conversations';
import {
  type Changes,
  isCustomer,
  isFull,
  type Known,
  type ListedParticipant,
  needsLookUp,
  type OfCrm,
  planConversation,
  planParticipant,
  valuesOfCrm,
} from './plan';
import { complete, readPages } from './read-pages';

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

/** What became of a conversation: `closed` and `gone` while the run was under way. */
export type Outcome = 'done' | 'closed' | 'gone';

/** What was read longer ago may have been changed meanwhile. */
const SNAPSHOT_MAX_AGE_MS = 500;
/** https://www.twilio.com/docs/api/errors/50377 */
const CLOSED = 50377;

/** A customer could not be linked, since what somebody wrote into the attributes leaves no room. */
export class FullError extends Error {
  override name = 'FullError';
  readonly remedy = 'mend';
  override message = "a customer's attributes are full: 4 KB is what Twilio takes";
}

/**
 * Links the customers of a conversation, and names it after them. What is written rests on what was read a moment before: what
 * somebody chose meanwhile stays.
 *
 * @param onStep is told each thing that was done, as soon as it is
 * @throws LookUpError, FullError or TwilioError if it failed; Halt if all others would fail too
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
  const { crm, find, refresh } = relinking;
  const { participants, projected, readAt } = await readParticipants(listed.sid, relinking);
  const known: Known = { participants, found: new Map(), refresh };

  await Promise.all(
    participants.map(async (participant) => {
      const { messagingBinding, attributes } = participant;
      const address = crm.parseAddress(messagingBinding?.address);
      if (!address) return;
      const parsed = crm.parseAttributes(attributes);
      if (!parsed) onStep({ what: 'unreadable', address });
      if (!needsLookUp(participant, listed, refresh, crm)) return;
      const customer = await find(address, messagingBinding?.proxy_address ?? projected);
      known.found.set(address.key, customer);
      if (!customer && !parsed?.customer_id) onStep({ what: 'unknown', address });
    }),
  );

  const isLinked = ({ attributes }: ListedParticipant) =>
    Boolean(crm.parseAttributes(attributes)?.customer_id);
  const written = new Set<string>();
  let full: FullError | undefined;
  for (const participant of participants.filter((one) => !isLinked(one))) {
    const outcome = await writeParticipant(listed.sid, participant, { readAt, known }, relinking, onStep);
    if (outcome === 'left') known.participants = known.participants.filter((one) => one !== participant);
    else if (outcome === 'written') written.add(participant.sid);
    else if (isFull(participant, known, crm)) full = new FullError();
  }
  // The name before the participants' names: Frontline shows it, and until these are new, it can be told that the old one was the CRM's.
  const before = await writeConversation(listed, { readAt, known, written }, relinking, onStep);
  const ofCrm = refresh ? valuesOfCrm(before, known, crm) : undefined;
  for (const participant of known.participants) {
    if (written.has(participant.sid) || !isLinked(participant)) continue;
    const read = { readAt, known, ofCrm: ofCrm?.get(participant.sid) };
    const outcome = await writeParticipant(listed.sid, participant, read, relinking, onStep);
    const address = crm.parseAddress(participant.messagingBinding?.address);
    if (address && !outcome) onStep({ what: 'already', address });
  }
  if (full) throw full;
}

/** Those who take part, but workers. */
async function readParticipants(sid: string, { conversations, calls: { call } }: Relinking) {
  let readAt = 0;
  const all: ListedParticipant[] = [];
  for await (const page of readPages(conversations(sid).participants, {}, (read) =>
    call(() => {
      readAt ||= performance.now();
      return read();
    }),
  ))
    all.push(...page);
  const participants = all.filter(isCustomer).map(({ sid, identity, messagingBinding, attributes }) => ({
    sid,
    identity,
    messagingBinding,
    attributes,
  }));
  // In group MMS, the number that a customer wrote to is the workers'.
  const projected = all.map(({ messagingBinding }) => messagingBinding?.projected_address).find(Boolean);
  return { participants, projected, readAt };
}

/** What was read, and when. */
interface Read {
  readAt: number;
  known: Known;
}

/**
 * Links a participant or, with `ofCrm`, refreshes the link, if anything is to be changed.
 *
 * @returns what was done; one who has left is left alone
 */
async function writeParticipant(
  conversationSid: string,
  participant: ListedParticipant,
  { readAt, known, ofCrm }: Read & { ofCrm?: OfCrm },
  { conversations, calls: { calls, once }, crm, dryRun }: Relinking,
  onStep: (step: Step) => void,
): Promise<'written' | 'left' | undefined> {
  const resource = conversations(conversationSid).participants(participant.sid);
  let hasLeft = false;
  const wasWritten = await calls(async (isFirst) => {
    const plan = () => planParticipant(participant, known, crm, ofCrm);
    if (!plan()) return false;
    if (dryRun) return true;
    if (!isFirst || performance.now() - readAt > SNAPSHOT_MAX_AGE_MS) {
      const { attributes } = await once(async () => complete(await resource.fetch()));
      // What an attempt has written whose answer got lost counts as written by it.
      const isDone = !isFirst && attributes === plan();
      participant.attributes = attributes;
      if (isDone) return true;
    }
    const attributes = plan();
    if (!attributes) return false;
    await once(async () => complete(await resource.update({ attributes })));
    return true;
  }).catch((error: TwilioError) => {
    if (error.status !== 404) throw error;
    hasLeft = true;
    return false;
  });
  const address = crm.parseAddress(participant.messagingBinding?.address);
  if (address && hasLeft) onStep({ what: 'left', address });
  if (address && wasWritten) {
    const customerId = known.found.get(address.key)?.customer_id;
    onStep({ what: ofCrm ? 'refreshed' : 'linked', address, customerId });
  }
  if (hasLeft) return 'left';
  return wasWritten ? 'written' : undefined;
}

/**
 * Writes what is to be changed in a conversation, if anything is. Participants that were read long ago are read again, but those
 * that this run has written.
 *
 * @returns the conversation as it was before
 */
async function writeConversation(
  listed: ListedConversation,
  { readAt, known, written }: Read & { written: Set<string> },
  relinking: Relinking,
  onStep: (step: Step) => void,
): Promise<ListedConversation> {
  const {
    conversations,
    calls: { calls, once },
    crm,
    dryRun,
  } = relinking;
  const isOld = (at: number) => performance.now() - at > SNAPSHOT_MAX_AGE_MS;
  let current = listed;
  let sent: { changes: Changes; renames: boolean; before: ListedConversation } | undefined;
  const plan = () => planConversation(current, known, crm);
  if (!dryRun && plan() && isOld(readAt) && known.participants.some(({ sid }) => !written.has(sid))) {
    const { participants } = await readParticipants(listed.sid, relinking);
    known.participants = participants.map((one) =>
      written.has(one.sid) ? (known.participants.find(({ sid }) => sid === one.sid) ?? one) : one,
    );
  }
  await calls(async (isFirst) => {
    if (!plan() && !sent) return;
    if (!dryRun && (!isFirst || isOld(current.readAt))) {
      const { friendlyName, attributes, state } = await once(async () =>
        complete(await conversations(listed.sid).fetch()),
      );
      current = { ...listed, friendlyName, attributes, state, readAt: performance.now() };
    }
    const planned = plan();
    // An attempt may have been carried out, and its answer lost.
    if (sent && isDeepStrictEqual({ ...current, ...sent.changes }, current)) return;
    sent = planned && { ...planned, before: current };
    if (planned && !dryRun)
      await once(async () => complete(await conversations(listed.sid).update(planned.changes)));
  });
  if (!sent) return current;
  const { changes, renames, before } = sent;
  if (changes.friendlyName) onStep({ what: renames ? 'renamed' : 'named' });
  if (changes.attributes) onStep({ what: 'avatar' });
  return before;
}
