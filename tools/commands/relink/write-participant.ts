import type { TwilioError } from '../../twilio/errors';
import { type ListedParticipant, type OfCrm, planParticipant } from './plan';
import { complete } from './read-pages';
import { isOld, type Read, type Relinking, type Step } from './relinking';

/**
 * Links a participant or, with `ofCrm`, refreshes the link, if anything is to be changed.
 *
 * @returns what was done; one who has left is left alone
 */
export async function writeParticipant(
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
    if (!isFirst || isOld(readAt)) {
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
