import { type CrmContext, perSecondOf } from '../../../../tools/commands/relink/crm-context';
import { loadCrm } from '../../../../tools/runtime/in-process-runtime';
import { ADA, sid, useRelinkAccount } from '../../../helpers/relink-account';

const account = useRelinkAccount();
const { add, conversation, run } = account;
const SERVICE = `IS${'5'.repeat(32)}`;
const named = (...which: number[]) => which.filter((i) => conversation(i)?.friendlyName === 'Ada Okafor');

describe('of the conversations,', () => {
  beforeEach(() => {
    for (let i = 1; i <= 4; i++) add(i, { dateCreated: `2026-10-0${i}T23:30:00Z` });
  });

  test.each([
    [
      ['--since', '2026-10-03'],
      [3, 4],
    ],
    [
      ['--until', '2026-10-02'],
      [1, 2],
    ],
    [
      ['--since', '2026-10-02', '--until', '2026-10-03'],
      [2, 3],
    ],
    [['--conversation', sid('CH', 3)], [3]],
  ])('%j takes those alone', async (flags, expected) => {
    const { stdout } = await run([...flags, '--json']);
    expect(named(1, 2, 3, 4)).toEqual(expected);
    expect(JSON.parse(stdout)).toMatchObject({ conversations: expected.length, isComplete: true });
  });

  test('one that there is not is told, with what to do', async () => {
    const { status, stderr } = await run(['--conversation', sid('CH', 9)]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${sid('CH', 9)} is not there, or in another service: see --service`);
  });
});

test.each([
  ['the default service', [], {}, [1]],
  ['--service', ['--service', SERVICE], {}, [2]],
  ['CHAT_SERVICE_SID', [], { CHAT_SERVICE_SID: SERVICE }, [2]],
])('takes the conversations of one service: %s', async (_what, flags, env, expected) => {
  add(1);
  add(2, { chatServiceSid: SERVICE }, { chatServiceSid: SERVICE });
  await run(flags, undefined, env);
  expect([named(1, 2), conversation(3 - (expected[0] ?? 0))?.friendlyName]).toEqual([expected, ADA]);
});

test.each([
  ['hubspot', 4],
  ['airtable', 4],
  ['http', 10],
  ['file', Number.POSITIVE_INFINITY],
])('%s is asked %d times a second by default', (source, perSecond) => {
  loadCrm();
  expect(perSecondOf({ CRM_SOURCE: source } as unknown as CrmContext)).toBe(perSecond);
});

test('--per-second is how many look-ups there are in a second', async () => {
  for (let i = 1; i <= 3; i++) add(i, {}, { address: `+1415555010${i}` });
  const interruption = new AbortController();
  // The second look-up would be after 100 seconds.
  account.onCall = () => void setTimeout(() => interruption.abort(), 300);
  const { stdout } = await run(['--per-second', '0.01', '--json'], interruption.signal);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, lookUps: 1, isComplete: false });
});
