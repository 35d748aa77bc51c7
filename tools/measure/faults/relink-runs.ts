import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { conversationsOf } from '../../commands/relink/list-conversations';
import { relinkAll } from '../../commands/relink/relink-all';
import { connectToFake } from '../../fakes/connect-to-fake';
import { loadCrm } from '../../runtime/in-process-runtime';
import type { OldConversations } from './old-conversations';

/** What a run has said of itself. */
export interface RunResult {
  /** How many conversations it has counted as not done: those that failed, and those that are gone or whose customer has left. */
  counted: number;
  /** It has ended before all was done, and said why. */
  hasStopped: boolean;
}

const FIRST_PAUSE_MS = 1;

/**
 * Relinks in this process.
 *
 * @param lookUpMs how long a look-up takes
 * @param callTimeoutMs how long a call to Twilio may take
 */
export async function relinkHere(
  { account, api, customersFile }: OldConversations,
  { lookUpMs = 0, callTimeoutMs }: { lookUpMs?: number; callTimeoutMs?: number } = {},
): Promise<RunResult> {
  const crm = loadCrm({ '/customers.json': { path: customersFile } });
  const { tally, halt } = await relinkAll({
    scope: {},
    accountSid: account.accountSid,
    source: 'file',
    conversations: conversationsOf(connectToFake(api, account)),
    crm: {
      ...crm,
      async findCustomer(...lookUp) {
        await setTimeout(lookUpMs);
        return crm.findCustomer(...lookUp);
      },
    },
    context: { DOMAIN_NAME: 'example.com' } as Parameters<typeof relinkAll>[0]['context'],
    perSecond: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    firstPauseMs: FIRST_PAUSE_MS,
    callTimeoutMs,
    note: () => undefined,
  });
  return { counted: countedIn(tally.counts), hasStopped: Boolean(halt) };
}

/** Relinks in a process of its own. */
export async function relinkInProcess(old: OldConversations): Promise<RunResult> {
  const child = old.relink('--json', '--domain', 'example.com', '--per-second', '1000');
  const [json] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const { isComplete, ...counts } = JSON.parse(json);
  return { counted: countedIn(counts), hasStopped: !isComplete };
}

function countedIn({
  failed,
  gone,
  closed,
  left,
}: Record<'failed' | 'gone' | 'closed' | 'left', number>): number {
  return failed + gone + closed + left;
}
