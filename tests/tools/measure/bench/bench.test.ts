import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOAD_SIZE } from '../../../../tools/measure/bench/bench-webhooks';
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
