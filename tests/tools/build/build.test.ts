import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'build-'));
  cpSync('assets', join(project, 'assets'), { recursive: true });
});
afterEach(() => rmSync(project, { recursive: true }));

const build = () => {
  const args = [require.resolve('tsx/cli'), resolve('tools/build/build.ts')];
  const { CRM_DEFAULT_COUNTRY: _, CRM_SOURCE: __, ...env } = process.env;
  return spawnSync(process.execPath, args, { cwd: project, env, encoding: 'utf8' });
};
const write = (path: string, text: string) => writeFileSync(join(project, path), text);
const customers = (json: string) => write('assets/customers.private.json', json);
const compiled = () => readFileSync(join(project, 'dist/assets/customers.private.json'), 'utf8');

test('compiles the customers, and copies what is no TypeScript', () => {
  expect(build()).toMatchObject({ status: 0, stderr: '' });
  expect(compiled()).toContain('["+14155550147","C-1001","Ada Okafor","/avatars/ada.png"]');
  expect(existsSync(join(project, 'dist/assets/avatars/ada.png'))).toBe(true);
  expect(existsSync(join(project, 'dist/assets/crm.private.ts'))).toBe(false);
});

test('reads numbers in the CRM_DEFAULT_COUNTRY of .env', () => {
  write('.env', 'CRM_DEFAULT_COUNTRY=US\n');
  customers(
    '[{"customer_id":"C-1","display_name":"Ada","channels":[{"type":"sms","value":"(415) 555-0147"}]}]',
  );
  expect(build()).toMatchObject({ status: 0, stderr: '' });
  expect(compiled()).toBe('[\n["+14155550147","C-1","Ada"]\n]\n');
});

test('stops at bad customers, names all that is wrong, and leaves the last build as it is', () => {
  build();
  const before = compiled();
  customers('[{"customer_id":"C-1"},{"channels":[{"type":"sms","value":"123"}]}]');
  const { status, stderr } = build();
  expect(status).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringMatching(
      /^assets\/customers\.private\.json: record 1 \(customer_id "C-1"\), channels is missing/,
    ),
    expect.stringMatching(/^assets\/customers\.private\.json: record 2, customer_id is missing/),
  ]);
  expect(compiled()).toBe(before);
});

test('goes on after a warning', () => {
  customers('[{"customer_id":"C-1","channels":[{"type":"email","value":"ada@example.com"}]}]');
  expect(build()).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('warning: record 1 (customer_id "C-1")'),
  });
});

test('says what to do where there are no customers', () => {
  rmSync(join(project, 'assets/customers.private.json'));
  expect(build()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('is missing: write [] into it'),
  });
});

test.each(['hubspot', 'sync'])('deploys no customers where they come from %s', (source) => {
  write('.env', `CRM_SOURCE=${source}\n`);
  customers('no JSON');
  expect(build()).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(join(project, 'dist/assets/customers.private.json'))).toBe(false);
  expect(existsSync(join(project, 'dist/assets/avatars/ada.png'))).toBe(true);
});

test.each(['file', ''])('deploys the customers where CRM_SOURCE is %p', (source) => {
  write('.env', `CRM_SOURCE=${source}\n`);
  expect(build()).toMatchObject({ status: 0, stderr: '' });
  expect(compiled()).toContain('C-1001');
});

test('warns of an avatar that is no file', () => {
  const channels = [{ type: 'sms', value: '+14155550147' }];
  customers(
    JSON.stringify([{ customer_id: 'C-1', display_name: 'Ada', avatar: '/avatars/eve.png', channels }]),
  );
  expect(build()).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('warning: avatar /avatars/eve.png is no file under assets/'),
  });
});
