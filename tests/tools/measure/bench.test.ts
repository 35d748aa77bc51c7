import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  LOAD_SIZE,
  type ServedWebhooks,
  serveWebhooks,
  type Who,
} from '../../../tools/measure/bench/bench-webhooks';
import { baseline, EMPTY, measureColdStart, ours } from '../../../tools/measure/bench/cold-start';
import { type CustomerFiles, writeCustomers } from '../../../tools/measure/bench/customers';

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

describe.each<[string, boolean, Record<Who, number>]>([
  [
    'ours',
    false,
    { 'a worker': 0, 'an unknown customer': 0, 'a known customer': 1, 'a customer linked already': 0 },
  ],
  [
    'the baseline',
    true,
    { 'a worker': 0, 'an unknown customer': 1, 'a known customer': 2, 'a customer linked already': 1 },
  ],
])('%s', (_name, isBaseline, expected) => {
  let deployment: ServedWebhooks;
  beforeAll(async () => {
    deployment = await serveWebhooks(files, isBaseline);
  }, 30_000);
  afterAll(() => deployment.stop());

  test.each(Object.entries(expected) as [Who, number][])(
    'calls Twilio for %s %i times',
    async (who, calls) => {
      expect((await deployment.add(who)).calls).toBe(calls);
    },
  );

  test('has no errors under load', async () => {
    const { perSecond, errors } = await deployment.load(10, 1);
    expect(errors).toBe(0);
    expect(perSecond).toBeGreaterThan(0);
  });
});
