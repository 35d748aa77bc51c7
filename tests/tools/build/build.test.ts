import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'build-'));
  for (const file of [
    'functions',
    'assets',
    'tools',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    cpSync(file, join(project, file), { recursive: true });
  }
  cpSync('tests/fixtures/customers.json', join(project, 'customers.json'));
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'), 'junction');
});
afterEach(() => rmSync(project, { recursive: true }));

const build = async (flags: string[] = [], variables = {}) => {
  const args = [require.resolve('tsx/cli'), 'tools/build/build.ts', ...flags];
  const { BUILD_FOLDER: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: project, env: { ...env, ...variables } });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  return { status, stdout, stderr };
};
const write = (path: string, content: string) => writeFileSync(join(project, path), content);
const built = (path: string) => readFileSync(join(project, 'dist', path), 'utf8');
const isBuilt = (path: string) => existsSync(join(project, 'dist', path));
const leftovers = () => readdirSync(project).filter((name) => /^dist./.test(name));

test('a build says which customers it took, and replaces the last one whole', async () => {
  expect(await build()).toEqual({
    status: 0,
    stdout: 'Customers: customers.json (customers: 4, addresses: 6)\n',
    stderr: '',
  });
  expect(built('functions/on-conversation-add.protected.js')).toContain('exports.handler');
  expect(built('assets/customers.private.json')).toContain('C-1001');

  write('dist/functions/of-old.protected.js', '');
  expect(await build(['--quiet'])).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(isBuilt('functions/of-old.protected.js')).toBe(false);
  expect(leftovers()).toEqual([]);
}, 30_000);

test('a build that fails says why in its own words, and leaves the last one as it is', async () => {
  await build();
  const before = built('assets/customers.private.json');
  write('customers.json', '{');
  expect(await build()).toEqual({
    status: 1,
    stdout: '',
    stderr: 'customers.json: is not valid JSON: CloseBraceExpected at line 1, column 2\n',
  });
  write('customers.json', '[]');
  write('assets/crm/mine.private.ts', 'export const settings: string = 1;\n');
  const failed = await build();
  expect(failed).toMatchObject({ status: 1, stdout: '' });
  expect(failed.stderr).toMatch(/^assets\/crm\/mine\.private\.ts.*error TS2322/);
  expect(built('assets/customers.private.json')).toBe(before);
  expect(leftovers()).toEqual([]);
}, 30_000);

test('settings count as .env has them, not as the shell has them', async () => {
  expect((await build([], { CRM_SOURCE: 'hubspot', CUSTOMERS_FILE: 'none.json' })).status).toBe(0);
  expect(isBuilt('assets/customers.private.json')).toBe(true);
  write('.env', 'CRM_SOURCE=hubspot\n');
  expect((await build([], { CRM_SOURCE: 'file' })).stdout).toMatch(/^Customers: from CRM_SOURCE=hubspot/);
  expect(isBuilt('assets/customers.private.json')).toBe(false);
}, 30_000);

test('two builds at once do not clash, and whoever reads meanwhile finds all files or none', async () => {
  await build();
  let isBuilding = true;
  let halves = 0;
  const watching = (async () => {
    for (; isBuilding; await new Promise(setImmediate)) {
      if (!isBuilt('.')) continue;
      const names = await readdir(join(project, 'dist')).catch(() => undefined);
      if (names && names.length !== 2) halves++;
    }
  })();
  const results = await Promise.all([build(), build(), build()]);
  isBuilding = false;
  await watching;
  expect(results.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
    Array(3).fill({ status: 0, stderr: '' }),
  );
  expect(halves).toBe(0);
  expect(isBuilt('functions/on-participant-added.protected.js')).toBe(true);
  expect(leftovers()).toEqual([]);
}, 60_000);
