import { limitRate } from '../../../tools/fakes/rate-limit';
import { startFakeConversations } from '../../../tools/fakes/twilio/conversations';
import { startGateway } from '../../../tools/measure/load/gateway';
import { customerNumber, type Send, writeToWorkers } from '../../../tools/measure/load/write-to-workers';

const ACCOUNT = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, AUTH_TOKEN: 'token' };
let api: Awaited<ReturnType<typeof startFakeConversations>>;
beforeAll(async () => {
  api = await startFakeConversations(ACCOUNT.ACCOUNT_SID, ACCOUNT.AUTH_TOKEN);
});
afterAll(() => api.close());

test('an instance answers events by the built Functions', async () => {
  const gateway = startGateway({ ...ACCOUNT, ...api.env, CRM_SOURCE: 'file' });
  const event = {
    EventType: 'onConversationAdd',
    Attributes: '{}',
    'MessagingBinding.Address': '+14155550147',
  };
  expect(await gateway.send('/on-conversation-add', event)).toMatchObject({
    status: 200,
    body: { friendly_name: 'Ada Okafor' },
  });
  gateway.stop();
});

test('what finds no place of 30 is answered 429', async () => {
  const gateway = startGateway({ ...ACCOUNT, CRM_SOURCE: 'file' });
  const sent = Array.from({ length: 31 }, () => gateway.send('/on-conversation-add', { EventType: 'other' }));
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  gateway.stop();
  expect(statuses.filter((status) => status === 429)).toHaveLength(1);
}, 60_000);

describe('customers who write', () => {
  const write = (send: Send, retries: number) => writeToWorkers(send, api, { count: 2, overMs: 0, retries });

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
    expect(customerNumber(1)).toBe('+14152010001');
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
