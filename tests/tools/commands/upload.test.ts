import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ACCOUNT, startFakeSync } from '../../../tools/fakes/twilio/sync';
import { until } from '../../../tools/runtime/local-runtime';

let api: Awaited<ReturnType<typeof startFakeSync>>;
let project: string;
beforeEach(async () => {
  api = await startFakeSync();
  project = mkdtempSync(join(tmpdir(), 'upload-'));
  mkdirSync(join(project, 'assets'));
});
afterEach(() => {
  api.close();
  rmSync(project, { recursive: true });
});

const list = (...customers: object[]) =>
  writeFileSync(join(project, 'assets/customers.private.json'), JSON.stringify(customers));
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    customer_id: `C-${i}`,
    display_name: `Customer ${i}`,
    channels: [{ type: 'sms', value: `+1415555${String(1000 + i)}` }],
  }));

function start(flags: string[] = [], variables: Record<string, string> = {}) {
  const { CRM_DEFAULT_COUNTRY: _, ...env } = process.env;
  const args = ['--import', require.resolve('tsx'), resolve('tools/commands/upload/upload.ts'), ...flags];
  const upload = spawn(process.execPath, args, {
    cwd: project,
    env: { ...env, ...api.env, ACCOUNT_SID: ACCOUNT.accountSid, AUTH_TOKEN: ACCOUNT.authToken, ...variables },
  });
  const output = { stdout: '', stderr: '' };
  upload.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  upload.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const ended = once(upload, 'close').then(([status]) => ({ status, ...output }));
  return Object.assign(upload, { ended });
}
const run = (...args: Parameters<typeof start>) => start(...args).ended;
const done = (stdout: string) => ({ status: 0, stdout: `${stdout}\n`, stderr: '' });
const writes = () => api.calls.filter(({ method }) => method !== 'GET');

const ada = {
  customer_id: 'C-1',
  display_name: 'Ada Okafor',
  avatar: '/avatars/ada.png',
  channels: [
    { type: 'sms', value: '+1 (415) 555-0147' },
    { type: 'email', value: 'Ada@example.com' },
  ],
};
const luca = {
  customer_id: 7,
  display_name: 'Luca Rossi',
  channels: [{ type: 'messenger', value: '1002003004' }],
};
const adaData = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: '/avatars/ada.png' };

test('makes a Document for each address, and nothing the second time', async () => {
  list(ada, luca);
  expect(await run()).toMatchObject({ status: 0, stdout: '3 created, 0 updated, 0 unchanged\n' });
  expect(Object.fromEntries(api.documents)).toEqual({
    'customer:+14155550147': adaData,
    'customer:email:ada@example.com': adaData,
    'customer:messenger:1002003004': { customer_id: '7', display_name: 'Luca Rossi' },
  });
  api.calls.length = 0;
  expect(await run()).toMatchObject({ status: 0, stdout: '0 created, 0 updated, 3 unchanged\n' });
  expect(writes()).toEqual([]);
}, 30_000);

test('sends what differs, and says who is no longer listed', async () => {
  list(ada);
  api.documents.set('customer:+14155550147', { ...adaData, display_name: 'Ada' });
  api.documents.set('customer:+14155550199', { customer_id: 'C-9' });
  expect(await run(['--dry-run'])).toEqual(
    done('Would be: 1 created, 1 updated, 0 unchanged, 1 no longer listed (--prune removes them)'),
  );
  expect(writes()).toEqual([]);
  expect(await run()).toEqual(
    done('1 created, 1 updated, 0 unchanged, 1 no longer listed (--prune removes them)'),
  );
  expect(api.documents.get('customer:+14155550147')).toEqual(adaData);
  expect(api.documents.has('customer:+14155550199')).toBe(true);
}, 30_000);

test('removes with --prune who is no longer listed, and no Document of another kind', async () => {
  list(ada);
  api.documents.set('customer:+14155550199', { customer_id: 'C-9' });
  api.documents.set('settings', { theme: 'dark' });
  expect(await run(['--prune', '--dry-run'])).toEqual(
    done('Would be: 2 created, 0 updated, 1 removed, 0 unchanged'),
  );
  expect(await run(['--prune'])).toEqual(done('2 created, 0 updated, 1 removed, 0 unchanged'));
  expect([...api.documents.keys()].sort()).toEqual([
    'customer:+14155550147',
    'customer:email:ada@example.com',
    'settings',
  ]);
}, 30_000);

test('does not remove everybody', async () => {
  list();
  api.documents.set('customer:+14155550199', { customer_id: 'C-9' });
  expect(await run(['--prune'])).toEqual({
    status: 1,
    stdout: '',
    stderr: 'assets/customers.private.json lists nobody: --prune would remove all 1 customers from Sync\n',
  });
  expect(writes()).toEqual([]);
}, 30_000);

test('reads all pages of what is there', async () => {
  const customers = numbered(250);
  list(...customers);
  for (const { customer_id, display_name, channels } of customers) {
    api.documents.set(`customer:${channels[0]?.value}`, { customer_id, display_name });
  }
  expect(await run()).toEqual(done('0 created, 0 updated, 250 unchanged'));
  expect(api.calls.map(({ path }) => path.split('?')[1])).toEqual([
    'PageSize=100',
    'PageSize=100&Page=1&PageToken=PT0',
    'PageSize=100&Page=2&PageToken=PT1',
  ]);
}, 30_000);

test('uploads them all at the pace that Sync allows, and whatever fails for a while', async () => {
  list(...numbered(60));
  api.settings.ratePerSecond = 30;
  api.faults = [{ status: 500 }, 'drop', 'malformed', { status: 503 }];
  expect(await run()).toMatchObject({ status: 0, stderr: '' });
  expect(api.documents.size).toBe(60);
  expect(api.calls.some(({ outcome }) => outcome === 429)).toBe(true);
}, 60_000);

test('goes on where a Document was made, and the answer got lost', async () => {
  list(luca);
  api.faults = [undefined, 'malformed'];
  expect(await run()).toEqual(done('1 created, 0 updated, 0 unchanged'));
  expect(api.calls.map(({ method, outcome }) => [method, outcome])).toEqual([
    ['GET', 200],
    ['POST', 'malformed'],
    ['POST', 409],
    ['POST', 200],
  ]);
  expect(api.documents.get('customer:messenger:1002003004')).toEqual({
    customer_id: '7',
    display_name: 'Luca Rossi',
  });
}, 30_000);

test('goes on where it was interrupted', async () => {
  list(...numbered(300));
  const uploading = start();
  await until(
    () => writes().length > 30,
    () => 'nothing was uploaded',
  );
  uploading.kill('SIGINT');
  uploading.kill('SIGINT');
  const { status, stdout, stderr } = await uploading.ended;
  const created = Number(/^(\d+) created/.exec(stdout)?.[1]);
  expect(status).toBe(130);
  expect(created).toBe(api.documents.size);
  expect(created).toBeGreaterThan(30);
  expect(created).toBeLessThan(300);
  expect(stderr).toBe(`${300 - created} left to do: run it again to go on.\n`);

  expect(await run()).toEqual(done(`${300 - created} created, 0 updated, ${created} unchanged`));
  expect(api.documents.size).toBe(300);
}, 60_000);

test('names what it could not upload by customer_id and reason alone, and exits with 1', async () => {
  list(ada, luca);
  api.settings.refused = 'example.com';
  const { status, stdout, stderr } = await run();
  expect({ status, stdout }).toEqual({ status: 1, stdout: '2 created, 0 updated, 0 unchanged\n' });
  expect(stderr).toBe(
    '1 failed: Sync answered 400 (20400) (customer_id "C-1")\n1 left to do: run it again to go on.\n',
  );
}, 60_000);

test('gives up where everything fails', async () => {
  list(...numbered(120));
  api.settings.refused = 'customer:';
  const { status, stdout, stderr } = await run();
  expect({ status, stdout }).toEqual({ status: 1, stdout: '0 created, 0 updated, 0 unchanged\n' });
  expect(stderr).toMatch(
    /^\d\d failed: Sync answered 400 \(20400\) \(customer_id ("C-\d+", ){5}…\)\n120 left to do/,
  );
  expect(writes().length).toBeLessThan(80);
}, 30_000);

test.each<[string, Record<string, string>, string]>([
  [
    'the credentials are refused',
    { AUTH_TOKEN: 'another' },
    'Sync answered 401: are ACCOUNT_SID and AUTH_TOKEN those of your account?',
  ],
  [
    'there is no such service',
    { SYNC_SERVICE_SID: 'IS1' },
    'Sync answered 404: is SYNC_SERVICE_SID a Sync service of your account?',
  ],
])(
  'stops at once where %s',
  async (_name, variables, reason) => {
    list(ada);
    expect(await run([], variables)).toEqual({
      status: 1,
      stdout: '',
      stderr: `Nothing has been done: ${reason}\n`,
    });
    expect(api.calls).toHaveLength(1);
  },
  30_000,
);

test('stops before it sends anything where settings, flags or customers are wrong', async () => {
  list(ada);
  expect(await run([], { AUTH_TOKEN: '' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('AUTH_TOKEN are not set'),
  });
  expect(await run([], { ACCOUNT_SID: 'mine' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('ACCOUNT_SID (AC…)'),
  });
  expect(await run(['--purge'])).toMatchObject({ status: 1, stderr: expect.stringContaining('--dry-run') });
  list({ customer_id: 'C-1' });
  expect(await run()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('record 1 (customer_id "C-1"), channels is missing'),
  });
  list({ ...ada, display_name: 'A'.repeat(16 * 1024) });
  expect(await run()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('customer_id "C-1" has over 16 KB'),
  });
  list({ customer_id: 'C-1', channels: [{ type: 'messenger', value: 'x'.repeat(320) }] });
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('is too long for Sync') });
  expect(api.calls).toEqual([]);
}, 60_000);
