import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

import { buildProject } from '../../../tools/build/build-project';
import { checkEnvFile } from '../../../tools/build/env-file';
import { makeProjectCopy } from '../../helpers/project-copy';

let project: string;
beforeEach(() => {
  project = makeProjectCopy();
});
afterEach(() => rmSync(project, { recursive: true }));

const build = async (variables = {}, ...flags: string[]) => {
  const args = ['--require', 'tsx/cjs', 'tools/build/build.ts', ...flags];
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

/** The last build, as far as a test can tell. */
const LAST = 'assets/of-last-build.html';
beforeEach(() => {
  mkdirSync(join(project, 'dist/assets'), { recursive: true });
  write(`dist/${LAST}`, '');
});

test('a build says which customers it took, and replaces the last one whole', async () => {
  // The Functions have the variables of .env, not those of the shell: so does the build.
  expect(await build({ CRM_SOURCE: 'hubspot', CUSTOMERS_FILE: 'none.json' })).toEqual({
    status: 0,
    stdout: 'Customers: customers.json (customers: 4, addresses: 6)\n',
    stderr:
      'Set in the shell, and not read, as the Functions have what is in .env: CRM_SOURCE, CUSTOMERS_FILE\n',
  });
  expect(built('functions/on-conversation-add.protected.js')).toContain('exports.handler');
  expect(built('assets/customers.private.json')).toContain('C-1001');
  expect(isBuilt(LAST)).toBe(false);
  expect(leftovers()).toEqual([]);
}, 30_000);

test('a build that fails says why in its own words, and leaves the last one as it is', async () => {
  cpSync('tsconfig.build.json', join(project, 'tsconfig.build.json'));
  write('assets/crm/mine.private.ts', 'export const settings: string = 1;\n');
  const failed = await build();
  expect(failed).toMatchObject({ status: 1, stdout: '' });
  expect(failed.stderr).toMatch(/^assets\/crm\/mine\.private\.ts.*error TS2322/);
  expect(isBuilt(LAST)).toBe(true);
  expect(leftovers()).toEqual([]);
}, 30_000);

test.each([
  [
    'settings are missing',
    'CRM_SOURCE=hubspot\n',
    '.env, for CRM_SOURCE=hubspot: HUBSPOT_ACCESS_TOKEN is not set',
  ],
  [
    'a setting is misspelt, as it says then',
    'CUSTOMERS_FILE=none.csv\nCUSTOMER_MAX_UNUSABLE=40%\n',
    /^none\.csv: is missing.*\n\.env: warning: CUSTOMER_MAX_UNUSABLE is not a setting/,
  ],
  ['.env is read otherwise', 'CRM_SOURCE=file # for now\n', /^\.env, line 1: .*a part of CRM_SOURCE/],
])('a build stops if %s', async (_name, content, reason) => {
  copyFileSync('.env.example', join(project, '.env.example'));
  write('.env', content);
  const cwd = process.cwd();
  process.chdir(project);
  try {
    await expect(async () => {
      checkEnvFile();
      await buildProject('dist');
    }).rejects.toThrow(reason);
  } finally {
    process.chdir(cwd);
  }
  expect(isBuilt(LAST)).toBe(true);
  expect(leftovers()).toEqual([]);
});

test('two builds at once do not clash, and whoever reads meanwhile finds a whole one', async () => {
  mkdirSync(join(project, 'dist/functions'));
  rmSync(join(project, 'customers.json'));
  const people = ['1,Ada,+14155550147', '2,Eve,call me', '3,Cy,', '4,Luca,+14155550101'];
  write('customers.csv', ['ID,Name,Phone', ...people].join('\n'));
  write('.env', 'CUSTOMERS_MAX_UNUSABLE=50%\n');
  let isBuilding = true;
  let halves = 0;
  const watching = (async () => {
    for (; isBuilding; await setTimeout(1)) {
      const names = await readdir(join(project, 'dist')).catch(() => undefined);
      if (names && names.length !== 2) halves++;
    }
  })();
  const [first, beforeAnotherCommand] = await Promise.all([build(), build({}, '--quiet')]);
  isBuilding = false;
  await watching;
  expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Customers: customers\.csv/) });
  // Customers who are left out, in a line.
  expect(beforeAnotherCommand).toEqual({
    status: 0,
    stdout: '',
    stderr: 'customers.csv: 1 address left out, 2 customers left out; npm run build says where\n',
  });
  expect(halves).toBe(0);
  expect(isBuilt('functions/on-participant-added.protected.js')).toBe(true);
  expect(built('assets/customers.private.json')).toBe(
    '[\n["+14155550101","4","Luca"],\n["+14155550147","1","Ada"]\n]\n',
  );
  expect(leftovers()).toEqual([]);
}, 60_000);
