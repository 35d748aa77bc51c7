import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { CHECKPOINT_FILE } from '../../../../tools/commands/relink/checkpoint';
import { Position } from '../../../../tools/commands/relink/position';
import { simulateAccount } from '../../../../tools/commands/relink/simulate-account';
import { passTime } from '../../../helpers/pass-time';
import { ADA, STRANGER, sid, useRelinkAccount } from '../../../helpers/relink-account';

const account = useRelinkAccount();
const { add, attributesOf, conversation, run, writes } = account;

test('links customers and names their conversations, and writes nothing the second time', async () => {
  add(1);
  add(2, { friendlyName: STRANGER, state: 'inactive' }, { address: STRANGER });
  add(3, { state: 'closed' });
  expect(JSON.parse((await run(['--json'])).stdout)).toMatchObject({
    ok: true,
    conversations: 2,
    linked: 1,
    named: 1,
    avatars: 1,
    unknown: 1,
    lookUps: 2,
    isComplete: true,
  });
  expect(conversation(1)).toMatchObject({
    friendlyName: 'Ada Okafor',
    attributes: '{"avatar":"https://example.com/avatars/ada.png"}',
  });
  expect(attributesOf(1)).toMatchObject({ customer_id: 'C-1001', display_name: 'Ada Okafor' });
  expect(conversation(3)?.friendlyName).toBe(ADA);
  expect(account.api.calls.some(({ headers }) => headers['x-twilio-webhook-enabled'])).toBe(false);
  account.api.calls.length = 0;
  expect((await run()).status).toBe(0);
  expect(writes()).toEqual([]);
});

test('keeps a name, an avatar, attributes and a link that somebody chose', async () => {
  add(1, { friendlyName: 'Order 4711', attributes: '{"avatar":"mine"}' }, { attributes: '{"role":"payer"}' });
  add(2, { friendlyName: 'My own' }, { attributes: '{"customer_id":"X"}' });
  add(3, {}, { attributes: 'broken' });
  await run();
  expect(conversation(1)).toMatchObject({ friendlyName: 'Order 4711', attributes: '{"avatar":"mine"}' });
  expect(attributesOf(1)).toMatchObject({ role: 'payer', customer_id: 'C-1001' });
  expect(conversation(2)?.friendlyName).toBe('My own');
  expect(attributesOf(2)).toEqual({ customer_id: 'X' });
  expect(conversation(3)?.friendlyName).toBe(ADA);
});

test('names a group after all who are known, without an avatar', async () => {
  const member = { proxyAddress: undefined };
  add(1, { friendlyName: `${STRANGER}, ${ADA}` }, { address: STRANGER, ...member }, { ...member });
  await run();
  expect(conversation(1)?.friendlyName).toContain('Ada Okafor');
  expect(conversation(1)?.attributes).toBe('{}');
});

test('keeps the name of one customer when another one has joined by a number of their own', async () => {
  add(
    1,
    { friendlyName: 'Ada Okafor' },
    {},
    { address: STRANGER, attributes: '{"customer_id":"S","display_name":"Sam"}' },
  );
  add(2, {}, {}, { address: STRANGER, attributes: '{"customer_id":"S","display_name":"Sam"}' });
  add(
    3,
    { friendlyName: `${ADA}, Sam` },
    {},
    { address: STRANGER, attributes: '{"customer_id":"S","display_name":"Sam"}' },
  );
  await run();
  expect(conversation(1)?.friendlyName).toBe('Ada Okafor');
  expect(conversation(2)?.friendlyName).toBe('Ada Okafor, Sam');
  expect(conversation(3)?.friendlyName).toBe('Ada Okafor, Sam');
});

test('says what would be done, and writes nothing', async () => {
  add(1);
  const { status, stdout } = await run(['--dry-run', '--list']);
  expect(status).toBe(0);
  expect(stdout).toContain(`${sid('CH', 1)} +1415•••0147 linked customer_id="C-1001"`);
  expect(stdout).toContain('Nothing is written. Without --dry-run, it would be:');
  expect(stdout).not.toContain('Ada');
  expect(writes()).toEqual([]);
});

test('keeps what a worker writes between the list and the update', async () => {
  add(1);
  account.onCall = ({ path }) => {
    if (!path.includes('/Participants?')) return;
    Object.assign(conversation(1) ?? {}, { friendlyName: 'Renamed' });
    takeLong();
  };
  await run();
  expect(conversation(1)?.friendlyName).toBe('Renamed');
});

test.each<[string, () => void]>([
  ['closed', () => Object.assign(conversation(1) ?? {}, { state: 'closed' })],
  ['gone', () => account.api.remove(sid('CH', 1))],
])('a conversation that is %s meanwhile is no failure', async (outcome, change) => {
  add(1);
  account.onCall = ({ path }) => /Conversations\?.*State=active/.test(path) && change();
  const { status, stdout } = await run(['--json']);
  expect({ status, [outcome]: JSON.parse(stdout)[outcome] }).toEqual({ status: 0, [outcome]: 1 });
});

/** The CRM takes so long that what was read is read again: at once, it is not. */
const takeLong = () => passTime(600);

/** A worker changes a participant while the answer to their reading is on its way. */
const writeMeanwhile = (attributes: string) => {
  account.onCall = ({ path }) => {
    if (!path.includes('/Participants?')) return;
    Object.assign(account.api.participant(sid('MB', 16)) ?? {}, { attributes });
    takeLong();
  };
};

test('keeps a link that a worker makes between the reading and the writing', async () => {
  add(1);
  writeMeanwhile('{"customer_id":"X","note":"mine"}');
  const { status, stdout } = await run(['--json']);
  expect(attributesOf(1)).toEqual({ customer_id: 'X', note: 'mine' });
  expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, linked: 0, failed: 0 });
});

test('keeps attributes that are written between the reading and the writing, and links all the same', async () => {
  add(1);
  writeMeanwhile('{"note":"mine"}');
  await run();
  expect(attributesOf(1)).toMatchObject({ customer_id: 'C-1001', note: 'mine' });
});

test.each<[string, string, () => void]>([
  [
    'closed',
    'between the link and the name',
    () => Object.assign(conversation(1) ?? {}, { state: 'closed' }),
  ],
  ['gone', 'between the link and the name', () => account.api.remove(sid('CH', 1))],
])(
  'a conversation that is %s %s is no failure, and keeps its link counted',
  async (outcome, _when, change) => {
    add(1);
    account.onCall = ({ method, path }) => method === 'POST' && path.includes('/Participants/') && change();
    const { status, stdout } = await run(['--json']);
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({
      status: 0,
      linked: 1,
      named: 0,
      [outcome]: 1,
      failed: 0,
    });
  },
);

test('a customer who leaves between the reading and the writing is no failure', async () => {
  add(1, {}, {}, { address: STRANGER });
  account.onCall = ({ path }) => path.includes('/Participants?') && account.api.remove(sid('MB', 16));
  const { status, stdout } = await run(['--json']);
  expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, linked: 0, left: 1, failed: 0 });
});

test('refreshes what came from the CRM, and nothing that was typed', async () => {
  const old = '{"customer_id":"C-1001","display_name":"Ada Lovelace","avatar":"https://example.com/old.png"}';
  add(
    1,
    { friendlyName: 'Ada Lovelace', attributes: '{"avatar":"https://example.com/old.png"}' },
    { attributes: old },
  );
  add(2, { friendlyName: 'Ada, typed', attributes: '{"avatar":"typed"}' }, { attributes: old });
  await run();
  expect(writes()).toEqual([]);
  await run(['--refresh']);
  expect(conversation(1)).toMatchObject({
    friendlyName: 'Ada Okafor',
    attributes: '{"avatar":"https://example.com/avatars/ada.png"}',
  });
  expect(attributesOf(1).display_name).toBe('Ada Okafor');
  expect(conversation(2)).toMatchObject({ friendlyName: 'Ada, typed', attributes: '{"avatar":"typed"}' });
  expect(JSON.stringify(attributesOf(2))).toBe(old);
});

const positions = () => JSON.parse(readFileSync(CHECKPOINT_FILE, 'utf8'));

test('ends the same, and writes nothing twice, however often it is interrupted', async () => {
  for (let i = 0; i < 15; i++)
    add(i, { dateCreated: `2026-10-${String(1 + (i % 28)).padStart(2, '0')}T10:00:00Z` });
  for (let i = 1; i <= 12; i++) {
    const interruption = new AbortController();
    let calls = 0;
    account.onCall = () => ++calls > i * 2 && interruption.abort();
    await run([], interruption.signal);
    if (!existsSync(CHECKPOINT_FILE)) break;
    expect(positions()).toMatchObject([{ scope: { source: 'file' } }]);
  }
  account.onCall = () => undefined;
  expect((await run()).status).toBe(0);
  expect(existsSync(CHECKPOINT_FILE)).toBe(false);
  expect(writes()).toHaveLength(2 * 15);
  expect(account.api.all().conversations.every(({ friendlyName }) => friendlyName === 'Ada Okafor')).toBe(
    true,
  );
}, 60_000);

test('stops at once if the credentials are refused, and says what comes first', async () => {
  add(1);
  account.api.fault = { status: 401, code: 20003 };
  expect(await run()).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/are ACCOUNT_SID and AUTH_TOKEN .*\nPut that right, then run it again\.$/),
  });
  expect(account.api.calls).toHaveLength(1);
  expect(existsSync(CHECKPOINT_FILE)).toBe(false);
});

/** Interrupts a run at its so-manieth call. */
async function interruptAt(call: number, flags: string[] = []) {
  const interruption = new AbortController();
  let calls = 0;
  account.onCall = () => ++calls === call && interruption.abort();
  const result = await run(flags, interruption.signal);
  account.onCall = () => undefined;
  return result;
}

test('keeps its place when the next run has a wrong account, or is about other days', async () => {
  add(1, { dateCreated: '2026-10-03T10:00:00Z' });
  add(2, { dateCreated: '2026-10-01T10:00:00Z' });
  await interruptAt(2);
  const place = positions();
  expect(place).toHaveLength(1);
  account.api.fault = { status: 401, code: 20003 };
  expect((await run()).stderr).toContain('then run it again: it goes on where it was.');
  expect(positions()).toEqual(place);
  account.api.fault = undefined;
  await interruptAt(2, ['--since', '2026-10-02']);
  expect(positions()).toMatchObject([place[0], { scope: { since: '2026-10-02' } }]);
  expect((await run(['--since', '2026-10-02'])).status).toBe(0);
  expect(positions()).toEqual(place);
  expect((await run()).stdout).toMatch(/^All done\. In this run, from 2026-\d\d-\d\d on:\n/);
  expect(existsSync(CHECKPOINT_FILE)).toBe(false);
});

test('a place that cannot be read is no place', async () => {
  add(1);
  writeFileSync(CHECKPOINT_FILE, '{"scope":{}}');
  expect((await run()).status).toBe(0);
  expect(existsSync(CHECKPOINT_FILE)).toBe(false);
});

test('a dry run that is stopped says neither what would be, nor that it goes on there', async () => {
  add(1);
  account.api.fault = { status: 401, code: 20003 };
  const { status, stdout, stderr } = await run(['--dry-run']);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^Stopped: .*\nPut that right, then run it again\.$/);
});

test('a run that is interrupted says so at once, and in the end what was done: nothing', async () => {
  add(1);
  const { stdout, stderr } = await interruptAt(1);
  expect(stdout).toBe('So far:\n0  conversations gone through');
  expect(stderr).toBe('Interrupted.\nRun it again.');
  expect(account.said).toHaveBeenCalledWith('Stopping after what is under way…\n');
});

test('says that nothing is to be changed if nothing is', async () => {
  add(1);
  await run();
  expect((await run()).stdout).toBe(
    'All done. Nothing to change.\n1  conversations gone through\n1  customers linked already',
  );
  expect((await run(['--list'])).stdout).toMatch(/^All done\. Nothing to change\.\n/);
});

test('says how to find the customers whom the CRM does not know', async () => {
  add(1, {}, { address: STRANGER });
  const { stdout } = await run();
  expect(stdout).toContain(
    'npm run relink -- --dry-run --list shows whom the CRM does not know: add them to',
  );
  expect((await run(['--dry-run', '--list'])).stdout).toContain('+1415•••0199 unknown');
});

test('lists what failed, and says what will fail again', async () => {
  for (let i = 0; i < 7; i++) add(i);
  account.api.faultOf = ({ method }) => (method === 'POST' ? { status: 400 } : undefined);
  const { status, stdout, stderr } = await run(['--list']);
  const reason = 'Twilio answered 400 and will fail again: see https://www.twilio.com/docs/api/errors/20400';
  expect(status).toBe(1);
  for (let i = 0; i < 7; i++) expect(stdout).toContain(`${sid('CH', i)} failed: ${reason}`);
  expect(stdout).toContain('Gone through all, but not all is done.');
  expect(stderr).toContain(`7 failed: ${reason} (CH`);
  expect(stderr).toContain(', …)\nRunning it again does not help: what failed will fail again.');
  expect(JSON.parse((await run(['--json'])).stdout).failures).toMatchObject([
    { count: 7, sids: { length: 7 } },
  ]);
});

test.each([
  [['--since', '2026-02-30'], 'is not a day'],
  [['--since', '2999-01-01'], 'is in the future'],
  [['--since', '2026-02-03', '--until', '2026-02-01'], '--since is after --until'],
  [['--service', 'CH1'], 'is not a SID'],
  [['--per-second', '0'], 'is not a number from 0.01 to 1000'],
  [['--per-second', '1e-7'], 'is not a number from 0.01 to 1000'],
  [['--per-second', 'many'], 'is not a number from 0.01 to 1000'],
  [['--list', '--json'], 'leave out --json'],
])('%j is a usage error', async (flags, problem) => {
  expect(await run(flags)).toMatchObject({ status: 2, stderr: expect.stringContaining(problem) });
});

test('a simulated account says that it is made up anew in each run, and what is left out', async () => {
  process.chdir(account.repository);
  const simulated = await simulateAccount({ CUSTOMERS_FILE: 'tests/fixtures/customers.json' });
  simulated.close();
  expect(simulated.about).toContain('each run starts with a new made-up account');
  expect(simulated.about).toContain('300 conversations (75 closed ones are left out)');
});

describe('a run', () => {
  test('goes on after transient errors of each call, and counts what an answer that got lost has done', async () => {
    for (let i = 0; i < 8; i++) add(i);
    account.api.faults = [
      { status: 500 },
      undefined,
      'malformed',
      'drop',
      { status: 429 },
      undefined,
      { status: 503 },
    ];
    const malformed = new Set<string>();
    account.api.faultOf = ({ method, path }) => {
      if (method !== 'POST' || malformed.has(path)) return undefined;
      malformed.add(path);
      return 'malformed';
    };
    const { tally, halt } = await account.relinkAll();
    expect(halt).toBeUndefined();
    expect(tally.counts).toMatchObject({ conversations: 8, linked: 8, named: 8, failed: 0 });
  }, 30_000);

  test('gives up an answer that never ends, and calls again', async () => {
    add(1);
    account.api.faults = ['drip', undefined, 'drip'];
    const { tally } = await account.relinkAll({ callTimeoutMs: 200 });
    expect(tally.counts).toMatchObject({ linked: 1, named: 1, failed: 0 });
  }, 10_000);

  test('slows down to what the account takes', async () => {
    account.api.limits.atATime = 3;
    account.api.limits.latencyMs = 5;
    for (let i = 0; i < 50; i++) add(i);
    const { tally } = await account.relinkAll();
    expect(tally.counts).toMatchObject({ linked: 50, named: 50, failed: 0 });
    expect(account.api.calls.filter(({ outcome }) => outcome === 429).length).toBeLessThan(50);
  }, 30_000);

  test.each([
    ['refuses the account', { status: 403 }, 'fix', 20],
    ['refuses the credentials', { status: 401 }, 'fix', 0],
    ['fails', { status: 500 }, 'later', 20],
  ])(
    'ends when Twilio %s for every conversation from some time on',
    async (_what, fault, remedy, failed) => {
      for (let i = 0; i < 80; i++) add(i);
      let writes = 0;
      account.api.faultOf = ({ method }) => (method === 'POST' && ++writes > 10 ? fault : undefined);
      const { tally, halt } = await account.relinkAll({ firstPauseMs: 1 });
      expect(halt).toMatchObject({ remedy });
      expect(tally.counts.failed).toBeGreaterThanOrEqual(failed);
      // Those that were written just before may come in between.
      expect(tally.counts.failed).toBeLessThanOrEqual(failed > 0 ? 2 * failed : 0);
      expect(tally.counts.linked + tally.counts.named).toBe(10);
    },
    30_000,
  );

  test('goes on when Twilio refuses some, but answers for others in between', async () => {
    for (let i = 0; i < 40; i++) add(i);
    const refused = new Set(Array.from({ length: 20 }, (_, i) => sid('CH', 2 * i)));
    account.api.faultOf = ({ method, path }) =>
      method === 'POST' && refused.has(path.slice(-sid('CH', 0).length)) ? { status: 403 } : undefined;
    const { tally, halt } = await account.relinkAll();
    expect(halt).toBeUndefined();
    expect(tally.counts).toMatchObject({ named: 20, failed: 20 });
  });

  test('counts a conversation that fails by its reason, and goes on', async () => {
    for (let i = 0; i < 5; i++) add(i);
    account.api.faultOf = ({ method, path }) =>
      method === 'POST' && path.includes(sid('CH', 3)) ? { status: 400 } : undefined;
    const { tally } = await account.relinkAll();
    expect(tally.counts).toMatchObject({ linked: 4, failed: 1 });
    expect(tally.failures()).toEqual([
      { reason: expect.stringContaining('Twilio answered 400'), count: 1, sids: [sid('CH', 3)] },
    ]);
  });
});

describe('the position', () => {
  test('is the newest day that is not done', () => {
    const position = new Position('active', '2026-11-09');
    position.begin('2026-11-08');
    position.begin('2026-11-05');
    position.finish('2026-11-05');
    expect(position.get()).toEqual({ state: 'active', day: '2026-11-08', failed: [] });
    position.finish('2026-11-08');
    expect(position.get().day).toBe('2026-11-05');
  });

  test('stays if days come in another order than Twilio documents', () => {
    const position = new Position('active', '2026-11-09');
    for (const day of ['2026-11-05', '2026-11-07', '2026-11-01']) {
      position.begin(day);
      position.finish(day);
    }
    expect(position.get().day).toBe('2026-11-05');
  });
});
