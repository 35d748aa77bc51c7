import { isCustomer, type ListedParticipant } from './plan';
import { readPages } from './read-pages';
import type { Relinking } from './relinking';

/** Those who take part, but workers. */
export async function readParticipants(sid: string, { conversations, calls }: Relinking) {
  let readAt = 0;
  const all: ListedParticipant[] = [];
  for await (const page of readPages(conversations(sid).participants, {}, calls)) {
    // The first page is the oldest.
    readAt ||= page.readAt;
    all.push(...page.instances);
  }
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
