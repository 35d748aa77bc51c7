import { filesOf, withNumbers } from '../load/deployments';
import { measureLoad } from '../load/measure-load';
import { API_HANGS, CRM_HANGS, CRM_HANGS_AT_TIMES, type Situation, takes } from '../load/situations';
import type { Bench } from './load-bench';

/** Numbers in an Asset that decide how long an event may hold a place, and situations in which others may be better. */
interface Choice {
  /** The table's name. */
  name: string;
  asset: string;
  hangs: Situation;
  /** What else the numbers decide: customers who are linked although what is asked is slow, or hangs at times. */
  works: Situation;
  /** What the numbers are, in columns; and variants of them. The one without any is what is deployed. */
  columns: string[];
  variants: [cells: string[], numbers: Record<string, number>][];
}

const PER_SECOND = 20;
const HANG_SECONDS = 10;
const WORK = { perSecond: 5, seconds: 8 };
const NEVER = 1_000_000;

const CHOICES: Choice[] = [
  {
    name: 'crm-numbers',
    asset: '/circuit-breaker.js',
    hangs: CRM_HANGS,
    works: CRM_HANGS_AT_TIMES,
    columns: ['the CRM hangs: not asked after unanswered look-ups of'],
    variants: [
      [['never'], { FAILURES_MAX: NEVER, AFTER_FAILURE_MS: NEVER }],
      [['3 s, 3 s'], { AFTER_FAILURE_MS: NEVER }],
      [['3 s, 1 s (as it is)'], {}],
      [['3 s'], { FAILURES_MAX: 1 }],
    ],
  },
  {
    name: 'api-numbers',
    asset: '/conversations-api.js',
    hangs: API_HANGS,
    works: { ...takes("Twilio's API", 1700), source: 'file' },
    columns: [
      "Twilio's API hangs: a call may take",
      'tried again within',
      'not called after unanswered events',
    ],
    variants: [
      [['3 s', '4.5 s', 'never'], { CALL_MAX_MS: 3000, RETRIED_WITHIN_MS: 4500, UNANSWERED_MAX: NEVER }],
      [['3 s', '4.5 s', '1'], { CALL_MAX_MS: 3000, RETRIED_WITHIN_MS: 4500 }],
      [['2 s', '3 s', 'never'], { UNANSWERED_MAX: NEVER }],
      [['2 s', '3 s', '2'], { UNANSWERED_MAX: 2 }],
      [['2 s', '3 s', '1 (as it is)'], {}],
      [['1 s', '1.5 s', '1'], { CALL_MAX_MS: 1000, RETRIED_WITHIN_MS: 1500 }],
    ],
  },
];

/** Measures what other numbers would do: messages that are lost while it hangs, and customers who are linked otherwise. */
export async function measureNumbers({ customers, isShort, note, light }: Bench) {
  return Promise.all(
    (isShort ? [] : CHOICES).map(async ({ name, asset, hangs, works, columns, variants }) => {
      const count = PER_SECOND * HANG_SECONDS;
      const rows = variants.map(async ([cells, numbers]) => {
        const files = withNumbers(filesOf('ours', hangs, customers), asset, numbers);
        const lost = (retries: number) =>
          light(async () => {
            const load = { perSecond: PER_SECOND, seconds: HANG_SECONDS, retries };
            return (await measureLoad(hangs, files, load)).filter(({ isLost }) => isLost).length;
          });
        const linked = light(async () => {
          const outcomes = await measureLoad(works, files, { ...WORK, retries: 0 });
          return outcomes.filter(({ isLinked }) => isLinked).length;
        });
        const all = await Promise.all([lost(0), lost(3), linked]);
        note(`${hangs.name}, ${cells.join(', ')}: ${all.join(', ')}`);
        return [...cells, ...all.map(String)];
      });
      return {
        name,
        header: [
          ...columns,
          `lost of ${count}, 0 retries`,
          `lost of ${count}, 3 retries`,
          `${works.name}: linked of ${WORK.perSecond * WORK.seconds}, 0 retries`,
        ],
        rows: await Promise.all(rows),
      };
    }),
  );
}
