import type { TwilioError } from '../../twilio/errors';
import type { ListedConversation } from './list-conversations';
import { isFull, type Known, type ListedParticipant, needsLookUp, valuesOfCrm } from './plan';
import { readParticipants } from './read-participants';
import type { Relinking, Step } from './relinking';
import { writeConversation } from './write-conversation';
import { writeParticipant } from './write-participant';

/** What became of a conversation: `closed` and `gone` while the run was under way. */
export type Outcome = 'done' | 'closed' | 'gone';

/** https://www.twilio.com/docs/api/errors/50377 */
const CLOSED = 50377;

/** A customer could not be linked, since what somebody wrote into the attributes leaves no room. */
export class FullError extends Error {
  override name = 'FullError';
  readonly remedy = 'fix';
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
