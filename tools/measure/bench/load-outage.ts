import { filesOf } from '../load/deployments';
import { measureOutage, type Outage } from '../load/measure-outage';
import { CRM_HANGS } from '../load/situations';
import type { Bench } from './load-bench';
import { ms } from './statistics';

const PER_SECOND = 20;
/** For how long the CRM hangs, and customers write when it is back. */
const LONG = { hangsSeconds: 60, backSeconds: 15 };
const SHORT = { hangsSeconds: 10, backSeconds: 3 };
/** In that time, each instance learns for itself that the CRM does not answer. */
const LEARNING_MS = 5000;

const HEADER = [
  `${PER_SECOND} conversations a second`,
  "Twilio's retries",
  'conversations',
  'lost',
  `lost after ${LEARNING_MS / 1000} s`,
  `slowest name after ${LEARNING_MS / 1000} s`,
  'linked at once',
  'by retries',
  'by `relink`',
  'named at once',
  'healed',
  'by `relink`',
];

/** Measures what becomes of conversations while a CRM hangs, and when it is back. */
export async function measureOutages({ customers, isShort, light }: Bench) {
  const span = isShort ? SHORT : LONG;
  const outages = (isShort ? [3] : [0, 3]).map(async (retries) => {
    const files = filesOf('ours', CRM_HANGS, customers);
    const [during, after] = await light(() =>
      measureOutage(files, { perSecond: PER_SECOND, retries, ...span }),
    );
    return [
      [`the CRM hangs for ${span.hangsSeconds} s`, String(retries), ...cellsOf(during)],
      [`the ${span.backSeconds} s after that`, String(retries), ...cellsOf(after)],
    ];
  });
  return { header: HEADER, rows: (await Promise.all(outages)).flat() };
}

function cellsOf({ outcomes, named, linked }: Outage): string[] {
  const learned = outcomes.filter(({ at }) => at >= LEARNING_MS);
  const kept = outcomes.filter(({ isLost }) => !isLost);
  const slowest = Math.max(...learned.filter(({ isLost }) => !isLost).map(({ namingMs }) => namingMs));
  const count = (of: 'wasLinked' | 'isLinked' | 'wasNamed' | 'isNamed') =>
    kept.filter((outcome) => outcome[of]).length;
  return [
    outcomes.length,
    outcomes.length - kept.length,
    learned.filter(({ isLost }) => isLost).length,
    ms(slowest),
    count('wasLinked'),
    count('isLinked') - count('wasLinked'),
    linked - count('isLinked'),
    count('wasNamed'),
    count('isNamed') - count('wasNamed'),
    named - count('isNamed'),
  ].map(String);
}
