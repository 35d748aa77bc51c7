import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseline, EMPTY, measureColdStart, ours } from '../../../../tools/measure/bench/cold-start';
import { type CustomerFiles, writeCustomers } from '../../../../tools/measure/bench/customers';

const COUNT = 200;
let folder: string;
let files: CustomerFiles;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-'));
  files = writeCustomers(folder, COUNT);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['ours', () => ours(files)],
  ['the baseline', () => baseline(files)],
  ['an empty Function', () => EMPTY],
])('what is measured answers in a process of its own: %s', async (_name, candidate) => {
  const { startedMs, answeredMs, rss, warmMs } = await measureColdStart(candidate(), COUNT, 20);
  expect(answeredMs).toBeGreaterThan(startedMs);
  expect(rss).toBeGreaterThan(1e6);
  expect(warmMs).toHaveLength(20);
});

test('nothing is measured if the customer is not found', async () => {
  await expect(measureColdStart(ours(files), 10 * COUNT)).rejects.toThrow(/answered \+1/);
});
