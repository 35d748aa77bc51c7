import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder } from '../../../../tools/build/built-folder';
import { limitRate } from '../../../../tools/fakes/rate-limit';
import { startFakeConversations } from '../../../../tools/fakes/twilio/conversations';
import { filesOf, withNumbers } from '../../../../tools/measure/load/deployments';
import { type Gateway, startGateway } from '../../../../tools/measure/load/gateway';
import { measureLoad } from '../../../../tools/measure/load/measure-load';
import {
  CANDIDATES,
  type Candidate,
  CRM_HANGS,
  FILE,
  type Situation,
  takes,
} from '../../../../tools/measure/load/situations';
import { type Send, writeToWorkers } from '../../../../tools/measure/load/write-to-workers';

const ACCOUNT = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: 'token' };
let api: Awaited<ReturnType<typeof startFakeConversations>>;
beforeAll(async () => {
  api = await startFakeConversations(ACCOUNT.ACCOUNT_SID, ACCOUNT.AUTH_TOKEN);
});
afterAll(() => api.close());

describe('the gateway', () => {
  const files = filesOf('ours', FILE, {
    compiled: join(builtFolder(), 'assets/customers.private.json'),
    plain: '',
  });
  let gateway: Gateway;
  beforeEach(() => {
    gateway = startGateway({
      ...files,
      variables: { ...ACCOUNT, CRM_SOURCE: 'http', CRM_URL: 'https://conversations.twilio.com' },
      crm: api,
      twilio: api,
    });
  });
  afterEach(() => {
    gateway.stop();
    api.fault = undefined;
  });
  const event = { EventType: 'onConversationAdd', 'MessagingBinding.Address': '+14155550147' };

  test('has an instance answer by the built Functions', async () => {
    expect(await gateway.send('/on-conversation-add', event)).toEqual({
      status: 200,
      body: { friendly_name: '+14155550147' },
    });
  });

  test('answers 429 to what finds no place of 30', async () => {
    const sent = Array.from({ length: 31 }, () => gateway.send('/on-conversation-add', { EventType: 'no' }));
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  test('has instances that know nothing of each other', async () => {
    api.fault = 'drop';
    const calls = async (place: number) => {
      api.calls.length = 0;
      await gateway.sendTo(place, '/on-conversation-add', event);
      return api.calls.length;
    };
    // The circuit breaker of the first instance opens; the second has one of its own.
    for (let i = 0; i < 2; i++) expect(await calls(0)).toBeGreaterThan(0);
    expect(await calls(0)).toBe(0);
    expect(await calls(1)).toBeGreaterThan(0);
  });
});

test('numbers in an Asset are changed for one measurement, and only those that are there', () => {
  const files = filesOf('ours', FILE, { compiled: '', plain: '' });
  const change = (numbers: Record<string, number>) => {
    const { assets } = withNumbers(files, '/circuit-breaker.js', numbers);
    return readFileSync(assets['/circuit-breaker.js']?.path ?? '', 'utf8');
  };
  expect(change({ FAILURES_MAX: 7 })).toContain('FAILURES_MAX = 7;');
  expect(() => change({ NO_SUCH_NUMBER: 7 })).toThrow('no constant NO_SUCH_NUMBER');
});

describe('a load', () => {
  const load = (candidate: Candidate, situation: Situation, perSecond: number) =>
    measureLoad(
      // New instances need no warming up.
      { ...situation, isCold: true },
      filesOf(candidate, situation, { compiled: '', plain: '' }),
      { perSecond, seconds: 1, retries: 0 },
      { stopsAtLoss: true },
    );

  test.each(CANDIDATES)(
    'is carried while all is well: %s',
    async (candidate) => {
      const outcomes = await load(candidate, takes('the CRM', 10), 5);
      const all = { isLost: false, wasNamed: true, wasLinked: true, isNamed: true, isLinked: true };
      expect(outcomes).toEqual(Array(5).fill(expect.objectContaining(all)));
    },
    30_000,
  );

  test('ends with the first message that finds no place', async () => {
    const outcomes = await load('without circuit breakers', CRM_HANGS, 60);
    expect(outcomes.at(-1)).toMatchObject({ isLost: true });
    expect(outcomes.filter(({ isLost }) => !isLost)).toEqual([]);
  }, 30_000);
});

describe('customers who write', () => {
  const write = (send: Send, retries: number) =>
    writeToWorkers(send, api, { count: 2, overMs: 0, retries, pauseMs: 10 });

  test('lose their messages if the pre-event is refused, and not sent again', async () => {
    const outcomes = await write(async () => ({ status: 429 }), 0);
    expect(outcomes.map(({ isLost }) => isLost)).toEqual([true, true]);
  });

  test('are named and linked as the Functions answer, if only after a retry', async () => {
    const send: Send = async (path, { RetryCount, ParticipantSid = '', ...event }) => {
      if (RetryCount === '0') return { status: 503 };
      if (path === '/on-conversation-add') return { status: 200, body: { friendly_name: 'Ada' } };
      const participant = api.participant(ParticipantSid);
      if (participant) participant.attributes = '{"customer_id":"C-1"}';
      return { status: 200, body: event };
    };
    expect(await write(send, 1)).toEqual(
      [0, 1].map(() =>
        expect.objectContaining({
          isLost: false,
          wasNamed: true,
          wasLinked: false,
          isNamed: true,
          isLinked: true,
        }),
      ),
    );
  });
});

test('a limit takes so many a second, and may refuse everything after that', () => {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const plain = limitRate({ perSecond: 2 });
  const refusing = limitRate({ perSecond: 2, refusalMs: 30_000 });
  const outcomes = () => [plain(), refusing()].map((fault) => fault?.status ?? 200);
  expect([outcomes(), outcomes(), outcomes()]).toEqual([
    [200, 200],
    [200, 200],
    [429, 429],
  ]);
  now = 1001;
  expect(outcomes()).toEqual([200, 429]);
  now = 30_001;
  expect(outcomes()).toEqual([200, 200]);
  jest.restoreAllMocks();
});
