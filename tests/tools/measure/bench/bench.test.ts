import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  LOAD_SIZE,
  type ServedWebhooks,
  serveWebhooks,
  type Who,
} from '../../../../tools/measure/bench/bench-webhooks';
import { baseline, EMPTY, measureColdStart, ours } from '../../../../tools/measure/bench/cold-start';
import { type CustomerFiles, writeCustomers } from '../../../../tools/measure/bench/customers';

let folder: string;
let files: CustomerFiles;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-'));
  files = writeCustomers(folder, LOAD_SIZE);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['ours', () => ours(files)],
  ['the baseline', () => baseline(files)],
  ['an empty Function', () => EMPTY],
])('what is measured answers in a process of its own: %s', async (_name, candidate) => {
  const { startedMs, answeredMs, rss, warmMs } = await measureColdStart(candidate(), LOAD_SIZE, 20);
  expect(answeredMs).toBeGreaterThan(startedMs);
  expect(rss).toBeGreaterThan(1e6);
  expect(warmMs).toHaveLength(20);
});

test('nothing is measured if the customer is not found', async () => {
  await expect(measureColdStart(ours(files), 10 * LOAD_SIZE)).rejects.toThrow(/answered \+1/);
});

describe('the webhooks', () => {
  const deployments: Record<string, ServedWebhooks> = {};
  beforeAll(async () => {
    const [ours, baseline] = await Promise.all([serveWebhooks(files, false), serveWebhooks(files, true)]);
    Object.assign(deployments, { ours, baseline });
    // The first event takes longest: an event that is old by then is read again.
    await Promise.all([ours.add('a worker'), baseline.add('a worker')]);
  }, 30_000);
  afterAll(() => Promise.all(Object.values(deployments).map(({ stop }) => stop())));

  test.each<[string, Who, number]>([
    ['ours', 'a worker', 0],
    ['ours', 'an unknown customer', 0],
    ['ours', 'a known customer', 1],
    ['ours', 'a customer linked already', 0],
    ['baseline', 'a worker', 0],
    ['baseline', 'an unknown customer', 1],
    ['baseline', 'a known customer', 2],
    ['baseline', 'a customer linked already', 1],
  ])('%s call Twilio for %s %i times', async (name, who, calls) => {
    expect((await deployments[name]?.add(who))?.calls).toBe(calls);
  });

  test('have no errors under load', async () => {
    const loads = await Promise.all(Object.values(deployments).map(({ load }) => load(10, 1, 20)));
    expect(loads.map(({ errors }) => errors)).toEqual([0, 0]);
    for (const { perSecond } of loads) expect(perSecond).toBeGreaterThan(0);
  });
});
