import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { type OldConversations, type RelinkOutcome, startOldConversations } from './old-conversations';
import { relinkHere } from './relink-runs';

/**
 * How long a call to Twilio takes, in ms: long enough for several to be under way when the process ends and, with some hundred
 * conversations, for a checkpoint to be there.
 */
const LATENCY_MS = 40;
/** After the write that it is killed at, so many calls more may come in: less than there are after the last of the places. */
const MORE_CALLS_MAX = 6;
const LAST_PLACE = 0.9;
const FLAGS = ['--domain', 'example.com', '--per-second', '1000'];

/**
 * Starts `npm run relink` as a process, kills it (SIGKILL) at so many random places, starts it again each time, and compares
 * what there is in the end with what one run leaves that nobody disturbs.
 */
export async function killRelink(
  report: (result: RelinkOutcome) => void,
  kills: number,
  conversations: number,
) {
  const undisturbed = await startOldConversations(conversations);
  await relinkHere(undisturbed);
  const { all: writesInAll } = undisturbed.writes();

  let killAt: { writes: number; calls: number } | undefined;
  let running: ChildProcess | undefined;
  const old = await startOldConversations(conversations, () => {
    if (!killAt || old.writes().all < killAt.writes || killAt.calls-- > 0) return;
    running?.kill('SIGKILL');
  });
  old.api.limits.latencyMs = LATENCY_MS;
  let killed = 0;
  const places = Array.from({ length: kills }, () => Math.floor(Math.random() * LAST_PLACE * writesInAll));
  for (const writes of places.sort((a, b) => a - b)) {
    killAt = { writes, calls: Math.floor(Math.random() * MORE_CALLS_MAX) };
    running = old.relink(...FLAGS);
    const [, signal] = await once(running, 'exit');
    if (signal === 'SIGKILL') killed++;
  }
  killAt = undefined;
  const [status] = await once(old.relink(...FLAGS), 'exit');

  const isSame = isDeepStrictEqual(stateOf(old), stateOf(undisturbed));
  const { all, twice } = old.writes();
  const wrong = [
    status !== 0 && `the last run ended with ${status}`,
    !isSame && 'the end differs from that of one run',
    all !== writesInAll && `${all} writes, and not ${writesInAll}`,
    killed < kills && `killed ${killed} times only`,
  ].filter(Boolean);
  report({
    part: `the process, killed ${kills} times`,
    fault: 'SIGKILL',
    conversations,
    lost: old.left(),
    writtenTwice: twice,
    problem: wrong.join(', ') || undefined,
  });
  undisturbed.close();
  old.close();
}

/** What there is, without what differs from one account to another. */
function stateOf({ api }: OldConversations) {
  const { conversations, participants } = api.all();
  return {
    conversations: conversations.map(({ sid, friendlyName, attributes }) => ({
      sid,
      friendlyName,
      attributes,
    })),
    participants: participants.map(({ sid, attributes }) => ({ sid, attributes })),
  };
}
