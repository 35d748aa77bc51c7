import { cpus } from 'node:os';
import { EXIT } from '../../commands/command-line';
import { readFlagsOrExit } from '../../read-flags';
import { makeTemporaryFolder } from '../../runtime/temporary-folder';
import { buildOrExit } from '../build-or-exit';
import { writeTable, writeText } from '../measurements';
import { benchCompile } from './bench-compile';
import { benchLoad } from './bench-load';
import { benchRelink } from './bench-relink';
import { LOAD_SIZE, serveWebhooks, type Who } from './bench-webhooks';
import { baseline, type ColdStart, EMPTY, measureColdStart, ours } from './cold-start';
import { type CustomerFiles, writeCustomers } from './customers';
import { drawFirstAnswers } from './plot';
import { count, fineMs, mean, median, megabytes, ms, percentile, times } from './statistics';

const USAGE = `npm run bench [-- --short] [--load]

Measures the Functions beside the way public Frontline services do it, and writes the tables and the plots of
docs/measurements.md.

  --short  measures less, and leaves that page alone
  --load   measures only how many conversations a second the 30 places of a service carry
  --help   shows this`;

const flags = readFlagsOrExit(USAGE, ['short', 'load']);
const SIZES = flags.short ? [10, 10_000] : [10, 1_000, 10_000, 100_000];
const PROCESSES = flags.short ? 3 : 21;
const WARM_EVENTS = flags.short ? 100 : 2_000;
const LINKS = flags.short ? 3 : 15;
const DELAYS_MS = flags.short ? [50] : [50, 100, 200];
const LOAD_SECONDS = flags.short ? 1 : 10;
const CONNECTIONS = [1, 10, 100];
const WHO: Who[] = ['a worker', 'an unknown customer', 'a known customer', 'a customer linked already'];

const goals: string[] = [];

/** Notes whether a goal was met. One that no machine makes a difference to has to be. */
function goal(name: string, measured: string, isMet: boolean, isTiming = true) {
  goals.push(`${isMet ? 'met   ' : 'MISSED'} ${name}: ${measured}`);
  if (!isMet && !isTiming) process.exitCode = EXIT.problem;
}

async function run() {
  await buildOrExit();
  if (!flags.load) await benchFunctions();
  await benchLoad(flags.short);
}

async function benchFunctions() {
  const folder = makeTemporaryFolder('frontline-bench');
  const files = new Map(SIZES.map((size) => [size, writeCustomers(folder, size)]));
  await benchProcesses(files);
  const loadFiles = files.get(LOAD_SIZE);
  if (loadFiles) await benchWebhooks(loadFiles);
  await benchRelink(flags.short);
  await benchCompile(flags.short);

  writeText(
    'machine',
    `Measured with Node ${process.versions.node} on ${cpus().length} cores (${cpus()[0]?.model}).`,
    flags.short,
  );
  for (const line of goals) console.log(line);
}

/** First answers, warm answers and memory, each in processes of their own, one kind after the other in turn. */
async function benchProcesses(files: Map<number, CustomerFiles>) {
  const kinds = [
    { name: 'empty', of: () => EMPTY },
    { name: 'ours', of: ours },
    { name: 'baseline', of: baseline },
  ];
  const results = new Map<string, ColdStart[]>();
  for (let i = 0; i < PROCESSES; i++) {
    for (const [size, sizeFiles] of files) {
      for (const { name, of } of kinds) {
        // The last process of each answers more than one event.
        const answered = await measureColdStart(of(sizeFiles), size, i === PROCESSES - 1 ? WARM_EVENTS : 0);
        const key = name === 'empty' ? name : `${name} ${size}`;
        results.set(key, [...(results.get(key) ?? []), answered]);
      }
    }
  }
  const all = (key: string) => results.get(key) ?? [];
  const firstMs = (key: string) => median(all(key).map(({ answeredMs }) => answeredMs));
  const warmMs = (key: string) => all(key).flatMap((answered) => answered.warmMs);
  const aboveEmpty = (key: string) =>
    median(all(key).map(({ rss }) => rss)) - median(all('empty').map(({ rss }) => rss));
  const nodeMs = median([...results.values()].flat().map(({ startedMs }) => startedMs));
  const timesEmpty = (key: string) => firstMs(key) / firstMs('empty');
  const perSecond = (key: string) => 1000 / mean(warmMs(key));

  writeTable(
    'first',
    ['customers', 'ours', '× an empty Function', 'baseline', '× an empty Function'],
    [
      ['Node itself', ms(nodeMs), '', ms(nodeMs), ''],
      ['an empty Function', ms(firstMs('empty')), times(1), ms(firstMs('empty')), times(1)],
      ...SIZES.map((size) => [
        count(size),
        ...['ours', 'baseline'].flatMap((name) => [
          ms(firstMs(`${name} ${size}`)),
          times(timesEmpty(`${name} ${size}`)),
        ]),
      ]),
    ],
    flags.short,
  );
  if (!flags.short) {
    const points = ['baseline', 'ours'].flatMap((who) =>
      SIZES.map((customers) => ({ who, customers, ms: firstMs(`${who} ${customers}`) })),
    );
    drawFirstAnswers('docs/first-answer.svg', points, nodeMs);
  }
  writeTable(
    'warm',
    ['customers', 'ours: median', '99 % within', 'a second', 'baseline: median', '99 % within', 'a second'],
    SIZES.map((size) => [
      count(size),
      ...['ours', 'baseline'].flatMap((name) => {
        const key = `${name} ${size}`;
        return [fineMs(median(warmMs(key))), fineMs(percentile(warmMs(key), 99)), count(perSecond(key))];
      }),
    ]),
    flags.short,
  );
  writeTable(
    'memory',
    ['customers', 'ours', 'baseline'],
    SIZES.map((size) => [
      count(size),
      ...['ours', 'baseline'].map((name) => megabytes(aboveEmpty(`${name} ${size}`))),
    ]),
    flags.short,
  );

  const worst = Math.max(...SIZES.map((size) => timesEmpty(`ours ${size}`)));
  goal('first answer under 1.5 × an empty Function', times(worst), worst < 1.5);
  const [smallest = 0] = SIZES;
  const largest = SIZES.at(-1) ?? 0;
  const growth = median(warmMs(`ours ${largest}`)) / median(warmMs(`ours ${smallest}`));
  goal(`warm answers with ${count(largest)} customers within 2 × those with 10`, times(growth), growth < 2);
  const memory = Math.max(...SIZES.map((size) => aboveEmpty(`ours ${size}`)));
  goal('under 10 MB above an empty Function', megabytes(memory), memory < 10e6);
}

/** Calls to Twilio, the time to link, and answers under load. */
async function benchWebhooks(files: CustomerFiles) {
  const deployments = [await serveWebhooks(files, false), await serveWebhooks(files, true)];
  const calls = [];
  for (const who of WHO)
    calls.push([who, ...(await Promise.all(deployments.map(async ({ add }) => (await add(who)).calls)))]);
  writeTable(
    'calls',
    ['participant', 'ours', 'baseline'],
    calls.map((row) => row.map(String)),
    flags.short,
  );
  const ourCalls = calls.map(([, ours]) => ours).join(', ');
  goal('calls to Twilio: 0, 0, 1, 0', ourCalls, ourCalls === '0, 0, 1, 0', false);

  const links: string[][] = [];
  for (const delayMs of DELAYS_MS) {
    const took: number[] = [];
    for (const deployment of deployments) {
      deployment.setDelay(delayMs);
      const linkings = [];
      for (let i = 0; i < LINKS; i++) linkings.push((await deployment.add('a known customer')).ms);
      took.push(median(linkings));
      deployment.setDelay(0);
    }
    links.push([ms(delayMs), ...took.map(ms)]);
    const delays = (took[0] ?? 0) / delayMs;
    goal(`one delay of ${delayMs} ms to link`, times(delays), delays < 2);
  }
  writeTable('links', ['a call to Twilio takes', 'ours', 'baseline'], links, flags.short);

  const loads: string[][] = [];
  for (const connections of CONNECTIONS) {
    const row = [count(connections)];
    for (const [i, deployment] of deployments.entries()) {
      const { perSecond, p99Ms, errors } = await deployment.load(connections, LOAD_SECONDS);
      row.push(count(perSecond), ms(p99Ms), count(errors));
      if (i === 0) goal(`no errors on ${connections} connections`, count(errors), errors === 0, false);
    }
    loads.push(row);
  }
  const columns = ['a second', '99 % within', 'errors'];
  writeTable(
    'load',
    ['connections', ...columns.map((name) => `ours: ${name}`), ...columns.map((name) => `baseline: ${name}`)],
    loads,
    flags.short,
  );
  for (const deployment of deployments) await deployment.stop();
}

run();
