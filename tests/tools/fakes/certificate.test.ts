import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateOf } from '../../../tools/fakes/certificate';

const HOSTS = ['api.example.com', 'login.example.com'];
const DAY_MS = 24 * 60 * 60 * 1000;
let temporary: string;
let folder: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'certificates-'));
  folder = join(temporary, 'made-when-needed');
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(temporary, { recursive: true });
});

const kept = () => readdirSync(folder).map((name) => join(folder, name));

type Json = Record<string, unknown>;
const change = (file: string, change: (kept: Json) => object) =>
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));

test('a certificate is for all its hosts, and for nobody else', async () => {
  const { cert } = await certificateOf(HOSTS, folder);
  const certificate = new X509Certificate(cert);
  for (const host of HOSTS) expect(certificate.checkHost(host)).toBe(host);
  expect(certificate.checkHost('example.com')).toBeUndefined();
});

test('it is kept for the next process, for nobody else to read, and anew for other hosts', async () => {
  const made = await certificateOf(HOSTS, folder);
  expect(await certificateOf(HOSTS, folder)).toEqual(made);
  const [file] = kept();
  expect(statSync(file ?? '').mode & 0o777).toBe(0o600);
  expect(await certificateOf(['api.example.com'], folder)).not.toEqual(made);
  expect(kept()).toHaveLength(2);
});

test.each([
  ['cut short', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100))],
  ['without a certificate', (file: string) => writeFileSync(file, '{}')],
  ['without its key', (file: string) => change(file, ({ cert }) => ({ cert }))],
  [
    'with the key of another',
    async (file: string) => {
      const { key } = await certificateOf(['other.example.com'], temporary);
      change(file, ({ cert }) => ({ cert, key }));
    },
  ],
  [
    'for other hosts',
    async (file: string) => {
      const other = await certificateOf(['other.example.com'], temporary);
      change(file, () => other);
    },
  ],
  ['about to expire', () => jest.useFakeTimers({ now: Date.now() + 364.5 * DAY_MS })],
  ['not valid yet, as the clock was wrong', () => jest.useFakeTimers({ now: Date.now() - DAY_MS })],
])('one that is %s is made anew', async (_name, spoil) => {
  const made = await certificateOf(HOSTS, folder);
  const [file = ''] = kept();
  await spoil(file);
  const another = await certificateOf(HOSTS, folder);
  expect(another).not.toEqual(made);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(another);
});

test('where nothing can be kept, one is made each time', async () => {
  writeFileSync(folder, '');
  const nowhere = join(folder, 'folder');
  const { cert } = await certificateOf(HOSTS, nowhere);
  expect(new X509Certificate(cert).checkHost(HOSTS[1] ?? '')).toBe(HOSTS[1]);
});
