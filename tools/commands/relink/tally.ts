import type { Outcome, Step } from './relink-conversation';

/** How many SIDs of a reason are named. */
const NAMED_MAX = 5;

/** What is counted, in the order of the table, with how it is called there. */
const COUNTED = {
  conversations: 'conversations gone through',
  linked: 'customers linked',
  named: 'conversations named',
  avatars: 'avatars set',
  renamed: 'names refreshed',
  refreshed: 'links refreshed',
  unknown: 'customers whom the CRM does not know',
  left: 'customers who have left meanwhile',
  unreadable: 'customers left alone, whose attributes are not a JSON object',
  closed: 'closed, which cannot be changed',
  gone: 'gone meanwhile',
  failed: 'failed',
} as const;
type Counted = keyof typeof COUNTED;

const COUNTED_AS = {
  linked: 'linked',
  named: 'named',
  avatar: 'avatars',
  renamed: 'renamed',
  refreshed: 'refreshed',
  unknown: 'unknown',
  left: 'left',
  unreadable: 'unreadable',
} as const satisfies Record<Step['what'], Counted>;

export type Tally = ReturnType<typeof startTally>;

/** Counts what a run does. */
export function startTally() {
  const counts = Object.fromEntries(Object.keys(COUNTED).map((name) => [name, 0])) as Record<Counted, number>;
  const failures = new Map<string, { count: number; sids: string[] }>();
  return {
    counts,
    step: ({ what }: Step) => void counts[COUNTED_AS[what]]++,
    finish(outcome: Outcome) {
      counts.conversations++;
      if (outcome !== 'done') counts[outcome]++;
    },
    fail(sid: string, reason: string) {
      counts.conversations++;
      counts.failed++;
      const failure = failures.get(reason) ?? { count: 0, sids: [] };
      failure.count++;
      if (failure.sids.length < NAMED_MAX) failure.sids.push(sid);
      failures.set(reason, failure);
    },
    failures: () => [...failures].map(([reason, { count, sids }]) => ({ reason, count, sids })),
    /** A line for each count that is not 0. */
    table(): string {
      const rows = (Object.keys(COUNTED) as Counted[])
        .filter((name) => name === 'conversations' || counts[name] > 0)
        .map((name): [string, string] => [counts[name].toLocaleString('en'), COUNTED[name]]);
      if (rows.length === 1) rows.push(['0', 'to be changed']);
      const width = Math.max(...rows.map(([count]) => count.length));
      return rows.map(([count, name]) => `${count.padStart(width)}  ${name}`).join('\n');
    },
  };
}
