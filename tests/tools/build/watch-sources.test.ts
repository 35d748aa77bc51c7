import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { watchSources } from '../../../tools/build/watch-sources';
import { until } from '../../../tools/runtime/local-runtime';

const POLL_MS = 50;
const repository = process.cwd();
let project: string;
let end: AbortController;
let watching: Promise<unknown>;
let changes: number;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'watch-'));
  process.chdir(project);
  for (const folder of ['functions', 'assets', 'elsewhere']) mkdirSync(folder);
  writeFileSync('assets/a.html', '');
  writeFileSync('elsewhere/people.json', '[]');
  writeFileSync('.env', 'CUSTOMERS_FILE=elsewhere/people.json');
  symlinkSync('elsewhere/people.json', 'customers.json');
  changes = 0;
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  // Nothing but that has ended it.
  await expect(watching).rejects.toThrow('aborted');
  process.chdir(repository);
  rmSync(project, { recursive: true });
});

/** @param build is the first build */
function watch(build: () => void = () => undefined) {
  const whenSourcesChange = watchSources({ pollMs: POLL_MS, signal: end.signal });
  build();
  watching = whenSourcesChange(async () => {
    changes++;
  });
  // It may end before anything waits for it.
  watching.catch(() => undefined);
}
const anotherAfter = (before: number) =>
  until(
    () => changes > before,
    () => `${changes} changes`,
  );
const settled = () => setTimeout(3 * POLL_MS);
/** Changes something once all before is built, and waits until that is seen. */
const seen = async (change: () => void) => {
  await settled();
  const before = changes;
  change();
  await anotherAfter(before);
};

test('what changes during the first build is built once more', async () => {
  watch(() => writeFileSync('assets/a.html', 'changed'));
  await anotherAfter(0);
});

test('an .env is seen that comes later, and one that changes', async () => {
  rmSync('.env');
  watch();
  await settled();
  expect(changes).toBe(0);
  writeFileSync('.env', 'CRM_SOURCE=http');
  await anotherAfter(0);
  await seen(() => writeFileSync('.env', 'CRM_SOURCE=hubspot'));
});

test('it goes on when folders come and go', async () => {
  watch();
  for (let i = 0; i < 40; i++) {
    mkdirSync('assets/new/a/b', { recursive: true });
    writeFileSync('assets/new/a/b/c.html', '');
    rmSync('assets/new', { recursive: true });
    await setTimeout();
  }
  mkdirSync('assets/new/a', { recursive: true });
  await anotherAfter(0);
  await seen(() => writeFileSync('assets/new/a/d.html', ''));
});

test('customers are seen to change in a folder that was replaced, behind a link, and in a file that comes', async () => {
  watch();
  await settled();
  renameSync('elsewhere', 'before');
  await anotherAfter(0);
  mkdirSync('elsewhere');
  writeFileSync('elsewhere/people.json', '[{}]');
  await anotherAfter(1);
  await seen(() => writeFileSync('elsewhere/people.json', '[{}, {}]'));
  await seen(() => writeFileSync('.env', 'CUSTOMERS_FILE=other.json'));
  await seen(() => writeFileSync('other.json', '[]'));
});
