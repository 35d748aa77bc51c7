import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { findTooLarge, planUpload } from '../../../../tools/commands/upload/plan-upload';
import { takeSteps } from '../../../../tools/commands/upload/sync-documents';
import { describe as describeFailures, upload } from '../../../../tools/commands/upload/upload';
import { readCustomers } from '../../../../tools/customers/read-customers';
import { connectToFake } from '../../../../tools/fakes/connect-to-fake';
import { ACCOUNT, startFakeSync } from '../../../../tools/fakes/twilio/sync';
import { connectToTwilio } from '../../../../tools/twilio/account';
import { runHere } from '../../../helpers/run-here';

const UPLOAD = resolve('tools/commands/upload/upload.ts');
const CREDENTIALS = { ACCOUNT_SID: ACCOUNT.accountSid, AUTH_TOKEN: ACCOUNT.authToken };
const repository = process.cwd();

let sync: Awaited<ReturnType<typeof startFakeSync>>;
let project: string;
beforeAll(async () => {
  sync = await startFakeSync();
});
afterAll(() => sync.close());
beforeEach(() => {
  sync.documents.clear();
  Object.assign(sync, { calls: [], faults: [], faultOf: undefined });
  Object.assign(sync.settings, { ratePerSecond: Number.POSITIVE_INFINITY, refused: '/' });
  project = mkdtempSync(join(tmpdir(), 'upload-'));
  process.chdir(project);
});
afterEach(() => {
  process.chdir(repository);
  rmSync(project, { recursive: true });
});

const list = (...customers: object[]) =>
  writeFileSync(join(project, 'customers.json'), JSON.stringify(customers));
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    customer_id: `C-${i}`,
    display_name: `Customer ${i}`,
    channels: [{ type: 'sms', value: `+1415555${String(1000 + i)}` }],
  }));
const writes = () => sync.calls.filter(({ method }) => method !== 'GET');

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
/** Puts customers into Sync. @returns the unique names of their Documents */
async function uploaded(...customers: object[]): Promise<string[]> {
  const steps = planUpload(readCustomers(JSON.stringify(customers)).customers, new Map());
  for (const { uniqueName, data } of steps) sync.documents.set(uniqueName, data);
  return steps.map(({ uniqueName }) => uniqueName);
}
const adaData = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: '/avatars/ada.png' };

test('goes on after npm run customers:upload was interrupted', async () => {
  list(...numbered(12));
  const { CRM_DEFAULT_COUNTRY: _, ...env } = process.env;
  const uploading = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), UPLOAD], {
    cwd: project,
    env: { ...env, ...sync.env, ...CREDENTIALS },
  });
  const output = Promise.all([text(uploading.stdout), text(uploading.stderr), once(uploading, 'close')]);
  sync.faultOf = () => {
    if (writes().length === 3) for (let times = 0; times < 2; times++) uploading.kill('SIGINT');
    return undefined;
  };
  const [stdout, stderr, [status]] = await output;
  const created = Number(/(\d+) created/.exec(stdout)?.[1]);
  expect(status).toBe(130);
  expect(created).toBe(sync.documents.size);
  expect(created).toBeGreaterThan(3);
  expect(created).toBeLessThan(12);
  expect(stderr).toBe(`${12 - created} left to do: run it again to go on.\n`);

  expect(await run()).toEqual(done(`${12 - created} created, 0 updated, ${created} unchanged`));
  expect(sync.documents.size).toBe(12);
}, 30_000);

test('sends nothing if the customers are not valid, or too large for Sync', async () => {
  list({ customer_id: 'C-1' });
  expect(await run()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('1 of 1 customers cannot be used'),
  });
  list({ ...ada, display_name: 'A'.repeat(16 * 1024) });
  expect(await run()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('customer_id "C-1" has over 16 KB'),
  });
  expect(sync.calls).toEqual([]);
});

async function run(
  flags: string[] = [],
  variables: NodeJS.ProcessEnv = {},
  confirm?: (question: string) => Promise<boolean>,
) {
  const env: NodeJS.ProcessEnv = { ...CREDENTIALS, ...variables };
  const { code, out, problems } = await runHere(upload, flags, {
    env,
    connect() {
      connectToTwilio(env);
      return connectToFake(sync, { accountSid: env.ACCOUNT_SID ?? '', authToken: env.AUTH_TOKEN ?? '' });
    },
    ...(confirm && { confirm }),
  });
  return { status: code, stdout: out.join('\n'), stderr: problems.join('\n') };
}
const done = (what: string) => ({ status: 0, stdout: `customers.json: ${what}`, stderr: '' });

test('makes a Document for each address, and nothing the second time', async () => {
  list(ada, luca);
  expect(await run()).toEqual(done('3 created, 0 updated, 0 unchanged'));
  expect(Object.fromEntries(sync.documents)).toEqual({
    'customer:+14155550147': adaData,
    'customer:email:ada@example.com': adaData,
    'customer:messenger:1002003004': { customer_id: '7', display_name: 'Luca Rossi' },
  });
  sync.calls.length = 0;
  expect(await run()).toEqual(done('0 created, 0 updated, 3 unchanged'));
  expect(writes()).toEqual([]);
});

test('sends what differs, and says who is no longer listed', async () => {
  list(ada);
  sync.documents.set('customer:+14155550147', { ...adaData, display_name: 'Ada' });
  sync.documents.set('customer:+14155550199', { customer_id: 'C-9' });
  expect(await run(['--dry-run'])).toEqual(
    done('would be 1 created, 1 updated, 0 unchanged, 1 no longer listed (--prune removes them)'),
  );
  expect(writes()).toEqual([]);
  expect(await run()).toEqual(
    done('1 created, 1 updated, 0 unchanged, 1 no longer listed (--prune removes them)'),
  );
  expect(sync.documents.get('customer:+14155550147')).toEqual(adaData);
  expect(sync.documents.has('customer:+14155550199')).toBe(true);
});

test('removes with --prune who is no longer listed, and no Document of another kind', async () => {
  const names = await uploaded(...numbered(20));
  sync.documents.set('settings', { theme: 'dark' });
  list(...numbered(18));
  const what = '0 created, 0 updated, 2 removed, 18 unchanged';
  expect(await run(['--prune', '--dry-run'])).toEqual(done(`would be ${what}`));
  expect(await run(['--prune'])).toEqual(done(what));
  expect([...sync.documents.keys()]).toEqual([...names.slice(0, 18), 'settings']);
});

describe('more than a tenth of what is in Sync', () => {
  const what = '3 of the 20 addresses in Sync are not in customers.json';
  const removed = done('0 created, 0 updated, 3 removed, 17 unchanged');
  beforeEach(async () => {
    await uploaded(...numbered(20));
    list(...numbered(17));
  });

  test('is not removed, unless --yes says so', async () => {
    expect(await run(['--prune'])).toEqual({
      status: 1,
      stdout: '',
      stderr: `Nothing has been done: ${what}, more than a tenth. If it is the right file, --prune --yes removes them.`,
    });
    expect(writes()).toEqual([]);
    expect(await run(['--prune', '--dry-run'])).toEqual(
      done('would be 0 created, 0 updated, 3 removed, 17 unchanged'),
    );
    expect(await run(['--prune', '--yes'])).toEqual(removed);
  });

  test('is removed if whoever is at the terminal agrees', async () => {
    const confirm = jest.fn(async () => false);
    expect(await run(['--prune'], {}, confirm)).toMatchObject({ status: 1, stdout: '' });
    expect(confirm).toHaveBeenCalledWith(`${what}. Remove them?`);
    expect(writes()).toEqual([]);
    expect(await run(['--prune'], {}, async () => true)).toEqual(removed);
  });
});

test('customers who are listed and cannot be used count as removed', async () => {
  await uploaded(...numbered(40));
  const unreadable = numbered(40).slice(36, 39);
  list(
    ...numbered(36),
    ...unreadable.map((customer) => ({ ...customer, channels: [{ type: 'sms', value: 'x' }] })),
  );
  expect(await run(['--prune'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(
      'Nothing has been done: 4 of the 40 addresses in Sync are not in customers.json, 3 of the customers in it cannot be used, more than a tenth.',
    ),
  });
  expect(writes()).toEqual([]);
  expect((await run(['--prune', '--yes'])).stdout).toContain('4 removed');
});

test('customers who cannot be used remove nobody, if all who are in Sync are listed', async () => {
  await uploaded(...numbered(20));
  list(...numbered(20), ...Array(3).fill({ ...ada, channels: [{ type: 'sms', value: 'x' }] }));
  expect(await run(['--prune'], { CUSTOMERS_MAX_UNUSABLE: '50%' })).toMatchObject({
    status: 0,
    stdout: 'customers.json: 0 created, 0 updated, 0 removed, 20 unchanged',
  });
});

test('does not ask before addresses of several customers become those of one', async () => {
  const names = await uploaded(...numbered(20));
  for (const name of names.slice(0, 3)) sync.documents.set(name, { customer_ids: ['X-1', 'X-2'] });
  list(...numbered(20));
  expect(await run()).toEqual(done('0 created, 3 updated, 17 unchanged'));
});

test('asks before more than a tenth of what is in Sync turns to other customers', async () => {
  await uploaded(...numbered(20));
  const moved = (amount: number) =>
    numbered(20).map((customer, i) => (i < amount ? { ...customer, customer_id: `X-${i}` } : customer));
  list(...moved(3));
  const what = '3 of the 20 addresses in Sync are another customer’s there, or those of several';
  expect(await run()).toEqual({
    status: 1,
    stdout: '',
    stderr: `Nothing has been done: ${what}, more than a tenth. If it is the right file, --yes changes them.`,
  });
  expect(writes()).toEqual([]);
  const confirm = jest.fn(async () => true);
  expect((await run([], {}, confirm)).stdout).toContain('3 updated');
  expect(confirm).toHaveBeenCalledWith(`${what}. Change them?`);
  list(...numbered(3));
  expect((await run(['--yes'])).stdout).toContain('3 updated');
  list(...moved(2));
  expect((await run()).stdout).toContain('2 updated');
});

test('never uploads the samples in place of a file that is not found', async () => {
  await uploaded(ada);
  mkdirSync('assets');
  writeFileSync('assets/customers.private.json', JSON.stringify([luca]));
  writeFileSync('contacts.json', JSON.stringify([ada]));
  const misspelt = { CUSTOMER_FILE: 'contacts.json' };
  expect(await run(['--prune', '--yes'], misspelt)).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'There is no file of your customers: put customers.json or customers.csv at the top of the project, or set CUSTOMERS_FILE in .env',
  });
  expect(sync.calls).toEqual([]);
  expect((await run([], { CUSTOMERS_FILE: 'contacts.json' })).stdout).toBe(
    'contacts.json: 0 created, 0 updated, 2 unchanged',
  );
});

test('does not remove everybody', async () => {
  list();
  sync.documents.set('customer:+14155550199', { customer_id: 'C-9' });
  expect(await run(['--prune'])).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('lists nobody: --prune would remove all 1 customers from Sync'),
  });
  expect(writes()).toEqual([]);
});

test('uploads an export, and an address of several customers with all of their IDs', async () => {
  writeFileSync(
    join(project, 'customers.csv'),
    'Record ID,First Name,Last Name,Phone Number\n1,Ada,Okafor,+14155550147\n2,Luca,,+14155550101\n3,Eve,,+14155550101\n',
  );
  const { status, stdout, stderr } = await run([], { CUSTOMERS_MAX_UNUSABLE: '67%' });
  expect([status, stdout]).toEqual([0, 'customers.csv: 2 created, 0 updated, 0 unchanged']);
  expect(stderr).toContain('1 address ambiguous');
  expect(Object.fromEntries(sync.documents)).toEqual({
    'customer:+14155550147': { customer_id: '1', display_name: 'Ada Okafor' },
    'customer:+14155550101': { customer_ids: ['2', '3'] },
  });
});

test('reads all pages of what is there', async () => {
  const customers = numbered(250);
  list(...customers);
  for (const { customer_id, display_name, channels } of customers) {
    sync.documents.set(`customer:${channels[0]?.value}`, { customer_id, display_name });
  }
  expect(await run()).toEqual(done('0 created, 0 updated, 250 unchanged'));
  expect(sync.calls.map(({ path }) => path.split('?')[1])).toEqual([
    'PageSize=100',
    'PageSize=100&Page=1&PageToken=PT0',
    'PageSize=100&Page=2&PageToken=PT1',
  ]);
});

test('prints nothing but JSON with --json', async () => {
  list(ada, luca);
  sync.settings.refused = 'example.com';
  const { status, stdout, stderr } = await run(['--json']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    file: 'customers.json',
    dryRun: false,
    created: 2,
    updated: 0,
    removed: 0,
    unchanged: 0,
    unlisted: 0,
    left: 1,
    failures: [{ customer_id: 'C-1', reason: 'Sync answered 400 (20400)' }],
  });
  expect(stderr).toContain('1 left to do');
  sync.settings.refused = '/';
  expect(JSON.parse((await run(['--json'])).stdout)).toMatchObject({ ok: true, created: 1, left: 0 });
});

test('names what it could not upload by customer_id and reason alone, and exits with 1', async () => {
  list(ada, luca);
  sync.settings.refused = 'example.com';
  expect(await run()).toEqual({
    status: 1,
    stdout: 'customers.json: 2 created, 0 updated, 0 unchanged',
    stderr: '1 failed: Sync answered 400 (20400) (customer_id "C-1")\n1 left to do: run it again to go on.',
  });
});

test('masks an ID that is itself a number or an e-mail address, as the log does', async () => {
  const withId = (customer_id: string) => ({ ...luca, customer_id });
  list(withId('ada@example.com'));
  sync.settings.refused = '1002003004';
  const { stdout, stderr } = await run(['--json']);
  expect(JSON.parse(stdout).failures).toEqual([{ customer_id: '•••', reason: 'Sync answered 400 (20400)' }]);
  expect(stderr).toContain('(customer_id "•••")');
  list({ ...withId('+1 415 555 0147'), display_name: 'A'.repeat(16 * 1024) });
  expect((await run()).stderr).toContain('customer_id "•••" has over 16 KB');
});

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
])('stops at once if %s', async (_name, variables, reason) => {
  list(ada);
  expect(await run([], variables)).toEqual({
    status: 1,
    stdout: '',
    stderr: `Nothing has been done: ${reason}`,
  });
  expect(sync.calls).toHaveLength(1);
});

test('sends nothing without credentials, and none after wrong flags', async () => {
  list(ada);
  expect(await run([], { AUTH_TOKEN: '' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('AUTH_TOKEN is not set'),
  });
  expect(await run([], { ACCOUNT_SID: 'AC123' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('ACCOUNT_SID is not the SID of an account'),
  });
  expect(await run(['--purge'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--dry-run') });
  expect(sync.calls).toEqual([]);
});

describe('the upload', () => {
  const retries = { signal: new AbortController().signal, firstPauseMs: 1 };
  const documents = () => connectToFake(sync, ACCOUNT).sync.v1.services('default').documents;
  const stepsFor = (...customers: object[]) =>
    planUpload(readCustomers(JSON.stringify(customers)).customers, new Map());

  test('creates no more Documents in a second than Sync allows', async () => {
    const startedAt = performance.now();
    const { done } = await takeSteps(stepsFor(...numbered(8)), documents(), retries);
    expect(done).toHaveLength(8);
    // The first one begins at once; however busy this machine is, the others cannot come sooner.
    expect((performance.now() - startedAt) / 1000).toBeGreaterThan(7 / 20 - 0.05);
  }, 30_000);

  test('slows down as a whole if Sync asks for it', async () => {
    sync.settings.ratePerSecond = 3;
    const { done, failures } = await takeSteps(stepsFor(...numbered(6)), documents(), retries);
    expect({ done: done.length, failures }).toEqual({ done: 6, failures: [] });
    expect(sync.documents.size).toBe(6);
    const refused = sync.calls.filter(({ outcome }) => outcome === 429).length;
    // The first one, and what was under way with it.
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(5);
  }, 30_000);

  test('tries again after transient errors', async () => {
    sync.faults = [{ status: 500 }, 'drop', 'malformed', { status: 503 }];
    const { done, failures } = await takeSteps(stepsFor(...numbered(5)), documents(), retries);
    expect({ done: done.length, failures }).toEqual({ done: 5, failures: [] });
    expect(sync.documents.size).toBe(5);
  });

  test('goes on after a Document was made, and the answer got lost', async () => {
    sync.faults = ['malformed'];
    expect(await takeSteps(stepsFor(luca), documents(), retries)).toMatchObject({ failures: [] });
    expect(sync.calls.map(({ method, outcome }) => [method, outcome])).toEqual([
      ['POST', 'malformed'],
      ['POST', 409],
      ['POST', 200],
    ]);
    expect(sync.documents.get('customer:messenger:1002003004')).toEqual({
      customer_id: '7',
      display_name: 'Luca Rossi',
    });
  });

  test('takes a Document that is gone already for removed', async () => {
    const step = { what: 'remove' as const, uniqueName: 'customer:+14155550199', data: {} };
    expect(await takeSteps([step], documents(), retries)).toEqual({ done: [step], failures: [] });
    expect(sync.calls).toMatchObject([{ method: 'DELETE', outcome: 404 }]);
  });

  test('gives up if everything fails', async () => {
    sync.faults = Array(120).fill({ status: 400 });
    // Updates go faster than creations.
    const steps = stepsFor(...numbered(120)).map((step) => ({ ...step, what: 'update' as const }));
    const { done, failures } = await takeSteps(steps, documents(), retries);
    expect(done).toEqual([]);
    expect(describeFailures(failures)).toEqual([
      expect.stringMatching(/^\d\d failed: Sync answered 400 \(20400\) \(customer_id ("C-\d+", ){5}…\)$/),
    ]);
    expect(writes().length).toBeLessThan(80);
  });

  test('does not take what is over the limits of Sync', () => {
    const problems = (customer: object) => findTooLarge(readCustomers(JSON.stringify([customer])).customers);
    const named = (display_name: string) => ({ ...luca, display_name });
    expect(problems(luca)).toEqual([]);
    expect(problems(named('é'.repeat(8_100)))).toEqual([]);
    expect(problems(named('é'.repeat(8_192)))).toEqual([
      'customer_id "7" has over 16 KB: shorten it for Sync',
    ]);
    expect(problems({ ...luca, channels: [{ type: 'messenger', value: 'x'.repeat(320) }] })).toEqual([
      'customer_id "7" has an address that is too long for Sync',
    ]);
  });
});
