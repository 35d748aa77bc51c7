import { isDeepStrictEqual } from 'node:util';
import type { ListedConversation } from './list-conversations';
import { type Changes, planConversation } from './plan';
import { complete } from './read-pages';
import { readParticipants } from './read-participants';
import { isOld, type Read, type Relinking, type Step } from './relinking';

/**
 * Writes what is to be changed in a conversation, if anything is. Participants that were read long ago are read again, but those
 * that this run has written.
 *
 * @returns the conversation as it was before
 */
export async function writeConversation(
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
