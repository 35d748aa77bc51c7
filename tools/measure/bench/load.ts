import { randomBytes } from 'node:crypto';
import { startFakeServer } from '../../fakes/fake-server';
import { limitRate } from '../../fakes/rate-limit';
import { startFakeConversations } from '../../fakes/twilio/conversations';
import { startGateway } from '../load/gateway';
import { type Outcome, writeToWorkers } from '../load/write-to-workers';

type Crm = Awaited<ReturnType<typeof startCrm>>;
type Api = Awaited<ReturnType<typeof startFakeConversations>>;

/** What the Functions depend on, and how it is meanwhile. */
interface Situation {
  name: string;
  source: 'file' | 'http';
  begin?(crm: Crm, api: Api): void;
  /** A circuit breaker can make a difference. */
  isBroken?: boolean;
}

const SITUATIONS: Situation[] = [
  { name: 'embedded file', source: 'file' },
  ...[50, 200, 1000].map(
    (ms): Situation => ({
      name: `the CRM takes ${ms} ms`,
      source: 'http',
      begin: (crm) => {
        crm.delayMs = ms;
      },
    }),
  ),
  {
    name: 'the CRM takes 5 a second',
    isBroken: true,
    source: 'http',
    begin: (crm) => {
      crm.faultOf = limitRate({ perSecond: 5 });
    },
  },
  {
    name: 'the CRM hangs',
    isBroken: true,
    source: 'http',
    begin: (crm) => {
      crm.fault = 'hang';
    },
  },
  {
    name: 'the CRM refuses (401)',
    source: 'http',
    begin: (crm) => {
      crm.fault = { status: 401 };
    },
  },
  {
    name: "Twilio's API takes 200 ms",
    source: 'http',
    begin: (_crm, api) => {
      api.delayMs = 200;
    },
  },
  {
    name: "Twilio's API hangs",
    source: 'http',
    begin: (_crm, api) => {
      api.fault = 'hang';
    },
  },
];

interface Load {
  perSecond: number;
  seconds: number;
  retries: number;
  /** Whether a circuit breaker is around the CRM. */
  hasBreaker: boolean;
}

/** Has customers write to the deployed Functions, and mends what is broken when the last has written. */
async function measureLoad({ source, begin }: Situation, load: Load): Promise<Outcome[]> {
  const account = { ACCOUNT_SID: `AC${randomBytes(16).toString('hex')}`, AUTH_TOKEN: 'token' };
  const api = await startFakeConversations(account.ACCOUNT_SID, account.AUTH_TOKEN);
  const crm = await startCrm();
  const gateway = startGateway(
    { ...account, ...api.env, ...crm.env, CRM_SOURCE: source, CRM_URL: 'https://crm.example.com/' },
    load.hasBreaker ? {} : { '/circuit-breaker.js': 'tools/measure/load/no-circuit-breaker.js' },
  );
  begin?.(crm, api);
  const overMs = load.seconds * 1000;
  const mend = setTimeout(() => Object.assign(crm, { fault: undefined }), overMs);
  const outcomes = await writeToWorkers(gateway.send, api, {
    count: load.perSecond * load.seconds,
    overMs,
    retries: load.retries,
  });
  clearTimeout(mend);
  gateway.stop();
  api.close();
  crm.close();
  return outcomes;
}

const PER_SECOND = 20;
const SHORT = ['the CRM hangs'];
/** The first seconds, in which each instance learns for itself that the CRM does not answer. */
const LEARNING_MS = 10_000;

export const LOAD_HEADER = [
  `${PER_SECOND} conversations a second`,
  "Twilio's retries",
  'conversations',
  'lost',
  `lost after ${LEARNING_MS / 1000} s`,
  `slowest name after ${LEARNING_MS / 1000} s`,
  'named in the end',
  'linked in the end',
];

/** @returns a row for each situation and retry count, also without a circuit breaker if that makes a difference */
export async function measureLoads(
  isShort: boolean,
  names = isShort ? SHORT : SITUATIONS.map(({ name }) => name),
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const situation of SITUATIONS.filter(({ name }) => names.includes(name))) {
    for (const hasBreaker of situation.isBroken && !isShort ? [false, true] : [true]) {
      for (const retries of isShort ? [0] : [0, 3]) {
        const seconds = isShort ? 12 : situation.isBroken ? 20 : 12;
        const load = { perSecond: PER_SECOND, seconds, retries, hasBreaker };
        const outcomes = await measureLoad(situation, load);
        const kept = outcomes.filter(({ isLost }) => !isLost);
        const later = outcomes.filter(({ at }) => at >= LEARNING_MS);
        const lost = later.filter(({ isLost }) => isLost).length;
        const slowest = Math.max(...later.filter(({ isLost }) => !isLost).map(({ namingMs }) => namingMs));
        rows.push([
          `${situation.name}${hasBreaker ? '' : ', without a circuit breaker'}`,
          String(retries),
          String(outcomes.length),
          String(outcomes.length - kept.length),
          String(lost),
          Number.isFinite(slowest) ? `${Math.round(slowest)} ms` : '',
          String(kept.filter(({ isNamed }) => isNamed).length),
          String(kept.filter(({ isLinked }) => isLinked).length),
        ]);
      }
    }
  }
  return rows;
}

/** A CRM that knows everybody. */
async function startCrm() {
  const crm = await startFakeServer(['crm.example.com'], ({ path }) => {
    const address = new URL(path, 'https://crm.example.com').searchParams.get('address');
    return { status: 200, body: { customer_id: `C${address?.slice(-6)}`, display_name: 'Ada Okafor' } };
  });
  return Object.assign(crm, {
    env: {
      FAKE_CRMS_PORT: String(crm.port),
      FAKE_CRMS_CERTIFICATE: crm.certificate,
      NODE_OPTIONS: `--require "${require.resolve('../../fakes/route-https-to-fakes')}"`,
    },
  });
}
