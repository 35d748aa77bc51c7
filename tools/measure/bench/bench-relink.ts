/** `npm run relink` beside a loop that takes one conversation after the other, on a fake of Twilio's API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeConversations } from '../../fakes/twilio/conversations';
import { writeTable } from '../measurements';
import { numberOf, writeCustomers } from './customers';
import { processResult } from './process-result';
import { count, megabytes } from './statistics';

/** What a process in relink-process.ts is started with. */
export interface RelinkTask {
  isBaseline: boolean;
  accountSid: string;
  authToken: string;
  port: number;
  certificate: string;
  /** The compiled customers, unless `settings` name a CRM. */
  customers?: string;
  settings?: Record<string, string>;
}

/** What it reports. */
export interface RelinkResult {
  seconds: number;
  /** What of them one core was busy. */
  cpuSeconds: number;
  lookUps: number;
  /** The most memory that it had, in bytes. */
  rss: number;
  /** The most of the heap that was in use after a full garbage collection, in bytes. */
  inUse: number;
}

const ACCOUNT = { accountSid: `AC${'1'.repeat(32)}`, authToken: '2'.repeat(32) };
const PROXY = '+15005550006';
const CUSTOMERS = 10_000;
/** What a call to Twilio takes, in ms: less than over the Internet, for both alike. */
const LATENCY_MS = 10;
const A_DAY_MS = 24 * 60 * 60 * 1000;
const CONVERSATIONS_A_DAY = 100;

/** Measures both, and writes the table. */
export async function benchRelink(isShort: boolean) {
  const sizes: [isBaseline: boolean, conversations: number][] = isShort
    ? [
        [true, 20],
        [false, 200],
      ]
    : [
        [true, 1_000],
        [false, 1_000],
        [false, 10_000],
        [false, 100_000],
      ];
  const folder = mkdtempSync(join(tmpdir(), 'bench-relink-'));
  const { compiled } = writeCustomers(folder, CUSTOMERS);
  const rows: string[][] = [];
  for (const [isBaseline, size] of sizes) {
    const { calls, seconds, cpuSeconds, lookUps, rss, inUse } = await measure(isBaseline, size, compiled);
    const name = isBaseline ? 'one by one' : 'ours';
    rows.push([
      `${count(size)}, ${name}`,
      ...[calls, lookUps, seconds, cpuSeconds, size / seconds].map(count),
      megabytes(rss),
      megabytes(inUse),
    ]);
  }
  rmSync(folder, { recursive: true });
  const header = [
    'conversations',
    'calls to Twilio',
    'look-ups',
    'seconds',
    'of them busy',
    'conversations a second',
    'memory',
    'in use',
  ];
  writeTable('relink', header, rows, isShort);
}

async function measure(isBaseline: boolean, size: number, customers: string) {
  let calls = 0;
  const api = await startFakeConversations(ACCOUNT.accountSid, ACCOUNT.authToken, () => {
    calls++;
    // All calls of a long run would not fit into memory.
    api.calls.length = 0;
  });
  api.limits.latencyMs = LATENCY_MS;
  for (let i = 0; i < size; i++) addConversation(api, i);

  const task: RelinkTask = {
    ...ACCOUNT,
    isBaseline,
    port: api.port,
    certificate: api.certificate,
    customers,
  };
  const result = await runRelink(task).finally(() => api.close());
  const left = api.all().participants.filter(({ attributes }) => attributes === '{}').length;
  if (left !== Math.floor(size / 5)) throw new Error(`${left} participants are not linked`);
  return { calls, ...result };
}

/** Relinks in a process of its own. @throws Error if it fails */
export function runRelink(task: RelinkTask, env: Record<string, string> = {}): Promise<RelinkResult> {
  return processResult('relink-process.ts', JSON.stringify(task), {
    execArgv: ['--expose-gc', '--require', 'tsx/cjs'],
    env: { ...process.env, ...env },
  });
}

/** Of ten, five are linked and named already, three are of customers, and two of people whom the CRM does not know. */
function addConversation(api: Awaited<ReturnType<typeof startFakeConversations>>, i: number) {
  const hex = i.toString(16).padStart(32, '0');
  const isLinked = i % 10 < 5;
  const isStranger = i % 10 >= 8;
  const customer = (i * 7919) % CUSTOMERS;
  const address = isStranger ? `+4930${1_000_000 + i}` : numberOf(customer);
  api.addConversation({
    sid: `CH${hex}`,
    friendlyName: isLinked ? `Customer number ${customer}` : address,
    attributes: '{}',
    state: i % 4 === 0 ? 'active' : 'inactive',
    dateCreated: new Date(Date.now() - Math.floor(i / CONVERSATIONS_A_DAY) * A_DAY_MS).toISOString(),
  });
  const attributes = isLinked
    ? `{"customer_id":"C-${customer}","display_name":"Customer number ${customer}"}`
    : '{}';
  api.add({ sid: `MB${hex}`, conversationSid: `CH${hex}`, attributes, address, proxyAddress: PROXY });
}

if (require.main === module) void benchRelink(process.argv.includes('--short'));
