import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { until } from '../../../tools/runtime/local-runtime';

/** Watches from before the first build, which takes until `built` is written, and prints a line for each change. */
const SCRIPT = `
  import { existsSync } from 'node:fs';
  import { setTimeout } from 'node:timers/promises';
  const { watchSources } = require(${JSON.stringify(resolve('tools/build/watch-sources.ts'))});
  void (async () => {
    const whenSourcesChange = watchSources();
    console.log('watching');
    while (!existsSync('built')) await setTimeout(20);
    void whenSourcesChange(async () => console.log('changed'));
  })();
`;

let project: string;
let child: ChildProcess;
let printed: string;
const at = (path: string) => join(project, path);
const changes = () => printed.split('changed').length - 1;
const anotherAfter = async (before: number) =>
  until(
    () => changes() > before,
    () => `${changes()} changes: ${printed}`,
  );
beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'watch-'));
  for (const folder of ['functions', 'assets', 'elsewhere']) mkdirSync(at(folder));
  writeFileSync(at('assets/a.html'), '');
  writeFileSync(at('elsewhere/people.json'), '[]');
  writeFileSync(at('.env'), 'CUSTOMERS_FILE=elsewhere/people.json');
  symlinkSync('elsewhere/people.json', at('customers.json'));
  writeFileSync(at('watch.ts'), SCRIPT);
  child = spawn(process.execPath, ['--import', pathToFileURL(require.resolve('tsx')).href, 'watch.ts'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      printed += chunk;
    });
  }
  await until(
    () => printed.includes('watching'),
    () => printed,
  );
}, 30_000);
afterEach(async () => {
  const ended = child.exitCode === null && once(child, 'exit');
  child.kill();
  await ended;
  rmSync(project, { recursive: true });
});
const settled = () => setTimeout(600);
const build = () => writeFileSync(at('built'), '');

test('what changes during the first build is built once more', async () => {
  writeFileSync(at('assets/a.html'), 'changed');
  build();
  await anotherAfter(0);
}, 30_000);

test('it goes on when folders come and go', async () => {
  build();
  for (let i = 0; i < 40; i++) {
    mkdirSync(at('assets/new/a/b'), { recursive: true });
    writeFileSync(at('assets/new/a/b/c.html'), '');
    rmSync(at('assets/new'), { recursive: true });
  }
  mkdirSync(at('assets/new/a'), { recursive: true });
  await anotherAfter(0);
  await settled();
  const before = changes();
  writeFileSync(at('assets/new/a/d.html'), '');
  await anotherAfter(before);
  expect(child.exitCode).toBeNull();
}, 30_000);

test('customers are seen to change in a folder that was replaced, behind a link, and in a file that comes', async () => {
  build();
  await settled();
  renameSync(at('elsewhere'), at('before'));
  await anotherAfter(0);
  mkdirSync(at('elsewhere'));
  writeFileSync(at('elsewhere/people.json'), '[{}]');
  await anotherAfter(1);
  await settled();
  const before = changes();
  writeFileSync(at('elsewhere/people.json'), '[{}, {}]');
  await anotherAfter(before);
  await settled();
  const then = changes();
  writeFileSync(at('.env'), 'CUSTOMERS_FILE=other.json');
  await anotherAfter(then);
  await settled();
  const last = changes();
  writeFileSync(at('other.json'), '[]');
  await anotherAfter(last);
}, 30_000);
