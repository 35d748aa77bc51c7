import type { Outcome } from './relink-conversation';
import type { Step } from './relinking';
import type { Described, Remedy } from './remedy';

/** What is counted, in the order of the table, with how it is called there. */
const COUNTED = {
  conversations: 'conversations gone through',
  linked: 'customers linked',
  already: 'customers linked already',
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

/** What a run has changed. */
const CHANGES = ['linked', 'named', 'avatars', 'renamed', 'refreshed'] as const satisfies Counted[];

export type Tally = ReturnType<typeof startTally>;

/** Counts what a run does. */
export function startTally() {
  const counts = Object.fromEntries(Object.keys(COUNTED).map((name) => [name, 0])) as Record<Counted, number>;
  /** The SIDs by the reason. */
  const failures = new Map<string, string[]>();
  const remedies = new Set<Remedy>();
  return {
    counts,
    step: ({ what }: Step) => void counts[what === 'avatar' ? 'avatars' : what]++,
    finish(outcome: Outcome) {
      counts.conversations++;
      if (outcome !== 'done') counts[outcome]++;
    },
    fail(sid: string, { reason, remedy }: Described) {
      counts.conversations++;
      counts.failed++;
      remedies.add(remedy);
      const sids = failures.get(reason);
      if (sids) sids.push(sid);
      else failures.set(reason, [sid]);
    },
    failures: () => [...failures].map(([reason, sids]) => ({ reason, count: sids.length, sids })),
    /** What helps against those that failed. */
    remedies,
    hasChanges: () => CHANGES.some((name) => counts[name] > 0),
    /** A line for each count that is not 0. */
    table(): string {
      const rows = (Object.keys(COUNTED) as Counted[])
        .filter((name) => name === 'conversations' || counts[name] > 0)
        .map((name): [string, string] => [counts[name].toLocaleString('en'), COUNTED[name]]);
      const width = Math.max(...rows.map(([count]) => count.length));
      return rows.map(([count, name]) => `${count.padStart(width)}  ${name}`).join('\n');
    },
  };
}
