/** The name of a conversation whose customer was found only after it was created. */
import type { Attempt, ConversationsApi } from './conversations-api.private';
import type { Member } from './frontline.private';

type Frontline = Pick<
  typeof import('./frontline.private'),
  'conversationChanges' | 'isUnnamed' | 'membersOf'
>;
type Conversation = ReturnType<Attempt['v1']['conversations']>;

/** Ten members of a group MMS, and workers. */
const PARTICIPANTS_MAX = 50;

/** What is known of a conversation whose customer has been linked. */
export interface Linked {
  /** The conversation as it was before, or is being read; `undefined` if it is not there. */
  reading: Promise<{ friendlyName: unknown } | undefined>;
  linked: Member;
  /** Whether several people may take part. */
  isGroup: boolean;
}

/**
 * Names a conversation that still goes by an address, as the pre-event does. It is read again right before, so that nothing
 * is overwritten that somebody wrote meanwhile.
 *
 * @returns whether there was something to do
 * @throws ConversationsApiError
 */
export async function nameIfUnnamed(
  { reading, linked, isGroup }: Linked,
  conversation: (of: Attempt) => Conversation,
  api: ConversationsApi,
  { conversationChanges, isUnnamed, membersOf }: Frontline,
): Promise<boolean> {
  const before = await reading;
  if (!before || !(isGroup || isUnnamed(before.friendlyName, [linked], false))) return false;
  const isNamed = await api.call(async (attempt) => {
    const { request } = attempt;
    const [current, participants] = await Promise.all([
      request(() => conversation(attempt).fetch()),
      request(() => conversation(attempt).participants.list({ limit: PARTICIPANTS_MAX })),
    ]);
    const members = membersOf(participants, current.friendlyName).map((member) =>
      member.address.key === linked.address.key ? linked : member,
    );
    // Of a group, one may be the first who has joined.
    const isSeveral = isGroup || members.length > 1;
    if (members.length === 0 || !isUnnamed(current.friendlyName, members, isSeveral)) return false;
    const changes = conversationChanges(current, { members, isGroup: isSeveral });
    if (!changes) return false;
    await request(() => conversation(attempt).update(changes));
    return true;
  });
  return isNamed ?? false;
}
