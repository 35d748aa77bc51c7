import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssets } from '../../../tools/build/build-assets';
import { copiedAssets } from '../../../tools/build/copied-assets';
import { startTestRuntime } from '../../helpers/test-runtime';

const repository = process.cwd();
const CUSTOMERS = join(repository, 'tests/fixtures/customers.json');
/** What editors, Finder and people make of the file of customers. */
const COPIES = [
  'customers.private.json.bak',
  'customers.private.json.orig',
  'customers.private.json~',
  'customers.private copy.json',
  'customers.private (1).json',
  'Customers.PRIVATE.json',
  'customers.csv',
  'customers',
  'avatars/customers.json',
  'crm/old/customers.private.json.1',
];
/** What systems and editors keep out of sight. */
const HIDDEN = [
  '.DS_Store',
  '.customers.private.json.swp',
  'avatars/.customers.json',
  '.git/config',
  'Thumbs.db',
];

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'copied-assets-'));
  cpSync('assets', join(project, 'assets'), { recursive: true });
  process.chdir(project);
});
afterEach(() => {
  process.chdir(repository);
  rmSync(project, { recursive: true });
});

const put = (path: string) => {
  mkdirSync(join('assets', path, '..'), { recursive: true });
  cpSync(CUSTOMERS, join('assets', path));
};
const build = () => buildAssets('dist', { CUSTOMERS_FILE: CUSTOMERS });

test.each(COPIES)('assets/%s stops the build, with what to do', async (path) => {
  put(path);
  await expect(build()).rejects.toThrow(
    `assets/${path}: would be public, for anyone to fetch, and is not a page, style, script, picture or font: move it out of assets/`,
  );
});

test.each(['data.PRIVATE.html', 'rows.private-old.js', 'x.private/a.html', 'notes.private copy.html'])(
  'assets/%s, which is called private and would be public, stops the build',
  (path) => {
    put(path);
    expect(() => copiedAssets('assets')).toThrow(
      `assets/${path}: would be public, for anyone to fetch, though`,
    );
  },
);

test.each([
  ['crm/acme.js', 'is in assets/crm/, where CRM sources are: rename it to acme.private.ts'],
  ['crm/old/notes.html', 'is in assets/crm/'],
  ['customers.js', 'is called customers: move it out of assets/'],
  ['Customers.html', 'is called customers'],
  ['avatars/customers-2026.svg', 'is called customers'],
])('assets/%s, which would be public by its kind, stops the build', (path, problem) => {
  put(path);
  expect(() => copiedAssets('assets')).toThrow(
    `assets/${path}: would be public, for anyone to fetch, and ${problem}`,
  );
});

test.each(['avatars/ana #1.png', 'avatars/ana (1).png', 'rules?.private.json'])(
  'assets/%s, which Twilio does not take, stops the build',
  (path) => {
    put(path);
    expect(() => copiedAssets('assets')).toThrow(
      /^assets\/.*: rename it, since Twilio does not take it: Path cannot/,
    );
  },
);

test('a symbolic link stops the build', () => {
  symlinkSync(CUSTOMERS, 'assets/page.html');
  expect(() => copiedAssets('assets')).toThrow('assets/page.html: is a symbolic link');
});

test('all that would become public is named, and how it can stay', () => {
  put('customers.csv');
  put('avatars/rules.json');
  writeFileSync('assets/crm/mine.ts', '');
  expect(() => copiedAssets('assets')).toThrow(
    /^assets\/avatars\/rules\.json: .*rename it to rules\.private\.json if the Functions read it\nassets\/crm\/mine\.ts: .*mine\.private\.ts.*\nassets\/customers\.csv: /,
  );
});

test('what is meant to be public, private or protected is copied, and hidden files are left out in silence', async () => {
  const meant = [
    'terms.html',
    'fonts/a.woff2',
    'page.js',
    'rules.private.json',
    'rules.protected.txt',
    'A.PNG',
    'avatars/customers/Ada Okafor.png',
    'crm/acme.private.js',
  ];
  for (const path of [...meant, ...HIDDEN]) put(path);
  expect((await build()).warnings).toEqual([]);
  const copied = copiedAssets('assets').map((path) => path.replaceAll('\\', '/'));
  expect(copied).toEqual(expect.arrayContaining(meant.map((path) => `assets/${path}`)));
  for (const path of HIDDEN) expect(copied).not.toContain(`assets/${path}`);
});

test('neither a copy of the customers nor a hidden file is answered by what is served', async () => {
  for (const path of HIDDEN) put(path);
  await build();
  for (const path of COPIES) put(path);
  await expect(build()).rejects.toThrow('would be public');
  process.chdir(repository);
  const runtime = await startTestRuntime({
    edit(dist) {
      rmSync(join(dist, 'assets'), { recursive: true });
      cpSync(join(project, 'dist/assets'), join(dist, 'assets'), { recursive: true });
    },
  });
  const answers = [];
  for (const path of [...COPIES, ...HIDDEN]) {
    const { status, body } = await runtime.get(`/${encodeURI(path)}`, {});
    answers.push([path, status, String(body).includes('Okafor')]);
  }
  const page = await runtime.get('/index.html', {});
  await runtime.stop();
  expect(answers).toEqual([...COPIES, ...HIDDEN].map((path) => [path, 404, false]));
  expect(page.status).toBe(200);
}, 30_000);
