import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CHECKPOINT_FILE, type Checkpoint } from '../../../../tools/commands/relink/checkpoint';
import { legsOf } from '../../../../tools/commands/relink/legs';
import { loadCrm } from '../../../../tools/runtime/in-process-runtime';
import { ACCOUNT, ADA, sid, useRelinkAccount } from '../../../helpers/relink-account';

const account = useRelinkAccount();
const { add, conversation } = account;
const names = (...which: number[]) => which.map((i) => conversation(i)?.friendlyName);

/** An interrupted run that began on 10 October, and has come to the active ones of 3 October. */
const interrupted: Checkpoint = {
  scope: { accountSid: ACCOUNT.accountSid, source: 'file', refresh: false },
  began: '2026-10-10',
  state: 'active',
  day: '2026-10-03',
  failed: [],
};
const keep = (changes: object = {}) =>
  writeFileSync(CHECKPOINT_FILE, JSON.stringify([{ ...interrupted, ...changes }]));
const kept = (): Checkpoint[] =>
  existsSync(CHECKPOINT_FILE) ? JSON.parse(readFileSync(CHECKPOINT_FILE, 'utf8')) : [];

describe('a run that goes on days later', () => {
  beforeEach(() => {
    add(1, { dateCreated: '2026-10-02T10:00:00Z' });
    add(2, { dateCreated: '2026-10-08T10:00:00Z' });
    add(3, { dateCreated: '2026-10-10T10:00:00Z' });
    add(4, { dateCreated: '2026-10-20T10:00:00Z' });
    add(5, { dateCreated: '2026-10-20T10:00:00Z', state: 'inactive' });
    add(6, { dateCreated: '2026-10-08T10:00:00Z', state: 'inactive' });
  });

  test('takes what was created meanwhile, and not what the interrupted one had done', async () => {
    keep();
    const { stdout } = await account.run(['--json']);
    expect(names(1, 3, 4, 5, 6)).toEqual(Array(5).fill('Ada Okafor'));
    expect(conversation(2)?.friendlyName).toBe(ADA);
    expect(JSON.parse(stdout)).toMatchObject({ conversations: 5, linked: 5 });
    expect(kept()).toEqual([]);
  });

  test('takes it in the states that had been passed', async () => {
    keep({ state: 'inactive', day: '2026-10-09' });
    await account.run();
    expect(names(3, 4, 5, 6)).toEqual(Array(4).fill('Ada Okafor'));
    expect(names(1, 2)).toEqual([ADA, ADA]);
  });

  test('takes everything with --restart', async () => {
    keep();
    await account.run(['--restart']);
    expect(names(1, 2, 3, 4, 5, 6)).toEqual(Array(6).fill('Ada Okafor'));
    expect(kept()).toEqual([]);
  });

  test('goes on from its old place if it is interrupted again before that is done', async () => {
    keep();
    const interruption = new AbortController();
    account.onCall = ({ method }) => method === 'POST' && interruption.abort();
    await account.run([], interruption.signal);
    expect(kept()).toEqual([interrupted]);
    account.onCall = () => undefined;
    await account.run();
    expect(names(1, 3, 4, 5, 6)).toEqual(Array(5).fill('Ada Okafor'));
  });
});

test('what has an end is not looked through for what is newer', () => {
  const legs = legsOf({ until: '2026-10-05' }, '2026-11-01', interrupted);
  expect(legs).toMatchObject({ newer: [], rest: [{ until: '2026-10-03' }, { until: '2026-10-05' }] });
});

test('what is newer is not looked through before --since', () => {
  const { newer } = legsOf({ since: '2026-10-12' }, '2026-11-01', interrupted);
  expect(newer).toMatchObject([{ since: '2026-10-12' }]);
});

describe('what failed', () => {
  const refuse = (path: RegExp, status: number) => {
    account.api.faultOf = (call) => (path.test(call.path) ? { status } : undefined);
  };

  test.each([400, 403, 409])(
    'and cannot even be read (%d) is counted, and the run goes on',
    async (status) => {
      keep({ failed: [sid('CH', 2)] });
      for (const i of [1, 2]) add(i, { dateCreated: '2026-10-02T10:00:00Z' });
      refuse(new RegExp(`${sid('CH', 2)}$`), status);
      const { stdout } = await account.run(['--json']);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        linked: 1,
        failed: 1,
        isComplete: true,
      });
    },
  );

  test('and is refused once more, however often, does not end the run', async () => {
    const failed = Array.from({ length: 20 }, (_, i) => sid('CH', i));
    keep({ failed });
    add(20, { dateCreated: '2026-10-02T10:00:00Z' });
    refuse(new RegExp(`(${failed.join('|')})$`), 403);
    const { stdout } = await account.run(['--json']);
    expect(JSON.parse(stdout)).toMatchObject({ linked: 1, failed: 20, isComplete: true });
  });

  test('and is gone is counted so', async () => {
    keep({ failed: [sid('CH', 2)] });
    const { status, stdout } = await account.run(['--json']);
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, gone: 1, failed: 0 });
  });

  test('is tried again first in the next run, and counted once', async () => {
    for (const i of [1, 2]) add(i, { dateCreated: `2026-10-0${i}T10:00:00Z` });
    refuse(new RegExp(`${sid('CH', 1)}/Participants/`), 400);
    for (const _ of [1, 2]) {
      const { stdout } = await account.run(['--json']);
      expect(JSON.parse(stdout)).toMatchObject({ conversations: 2, failed: 1, isComplete: true });
      expect(kept()).toMatchObject([{ failed: [sid('CH', 1)] }]);
    }
    account.api.faultOf = undefined;
    account.api.calls.length = 0;
    expect((await account.run()).stdout).not.toContain('In this run, from');
    expect(account.api.calls[0]?.path).toContain(sid('CH', 1));
    expect(names(1)).toEqual(['Ada Okafor']);
    expect(kept()).toEqual([]);
  });

  test('for its own record, however often, lets the next run get further', async () => {
    for (let i = 0; i < 15; i++) add(i, {}, { address: `+1415555${1000 + i}` });
    add(15);
    const crm = loadCrm();
    const findCustomer: typeof crm.findCustomer = async (address, ...rest) => {
      if (address.value !== ADA)
        throw new Error('the customer found has no customer_id', { cause: new Error() });
      return crm.findCustomer(address, ...rest);
    };
    for (const _ of [1, 2]) {
      const { halt, tally } = await account.relinkAll({ keepsPosition: true, crm: { ...crm, findCustomer } });
      expect(halt).toBeUndefined();
      expect(tally.counts).toMatchObject({ conversations: 16, failed: 15 });
    }
  });
});

test('an interrupted run counts all that it has written', async () => {
  for (let n = 1; n <= 25; n += 4) {
    for (let i = 0; i < 6; i++) add(i);
    account.api.limits.latencyMs = 3;
    const interruption = new AbortController();
    let calls = 0;
    account.onCall = () => ++calls === n && interruption.abort();
    const { stdout } = await account.run(['--json', '--restart'], interruption.signal);
    const { linked, named } = JSON.parse(stdout);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { conversations, participants } = account.api.all();
    expect({ n, linked, named }).toEqual({
      n,
      linked: participants.filter(({ attributes }) => attributes !== '{}').length,
      named: conversations.filter(({ friendlyName }) => friendlyName !== ADA).length,
    });
  }
}, 30_000);

describe('the file with the place', () => {
  test.each([
    { day: 'garbage' },
    { day: '2026-13-45' },
    { began: '' },
    { failed: ['x/y'] },
    { state: 'closed' },
  ])('with %j in it is damaged: the run begins anew', async (bad) => {
    keep(bad);
    add(1, { dateCreated: '2026-10-09T10:00:00Z' });
    const note = jest.fn();
    await account.relinkAll({ keepsPosition: true, note });
    expect(note.mock.calls).toContainEqual([
      ".relink.json, where the last run's place was kept, is damaged: this one begins anew.",
    ]);
    expect(kept()).toEqual([]);
    expect(names(1)).toEqual(['Ada Okafor']);
  });

  test('that cannot be read, or written, is told in a sentence', async () => {
    add(1);
    mkdirSync(CHECKPOINT_FILE);
    expect(await account.run()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^\.relink\.json cannot be read \(EISDIR\): .*$/),
    });
  });

  test('that cannot be written ends the run', async () => {
    for (const i of [1, 2]) add(i);
    const interruption = new AbortController();
    account.onCall = ({ method }) => {
      if (method !== 'POST' || interruption.signal.aborted) return;
      mkdirSync(`${CHECKPOINT_FILE}.${process.pid}.new`);
      interruption.abort();
    };
    const { status, stderr } = await account.run([], interruption.signal);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^Stopped: \.relink\.json, where a run's place is kept, cannot be written \(EISDIR\)/,
    );
    expect(stderr).not.toContain('goes on where it was');
  });
});

test('a setting of the CRM that is missing ends the run before it begins', async () => {
  add(1);
  const { status, stderr } = await account.run([], undefined, { CRM_SOURCE: 'hubspot' });
  expect({ status, calls: account.api.calls.length }).toEqual({ status: 1, calls: 0 });
  expect(stderr).toMatch(/^CRM_SOURCE hubspot: .*HUBSPOT_ACCESS_TOKEN/);
});
