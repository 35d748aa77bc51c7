import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { type FakeConversations, startFakeConversations } from '../../../../tools/fakes/twilio/conversations';
import { DEFAULT_SERVICE_SID } from '../../../../tools/fakes/twilio/conversations-resources';

const ACCOUNT_SID = 'ACe52ed5e7a44191a623117158a4feeca1';
const OTHER_SERVICE_SID = 'IS83fd12a19a6c49f09c12f57d1a2703b4';
const PATH = '/v1/Conversations/CH1/Participants/MB1';

let api: FakeConversations;
beforeAll(async () => {
  api = await startFakeConversations(ACCOUNT_SID, 'token');
});
afterAll(() => api.close());
beforeEach(() => {
  api.initializing.clear();
  api.add({ sid: 'MB1', conversationSid: 'CH1', attributes: '{}' });
});

function post(path: string, attributes?: string, auth = `${ACCOUNT_SID}:token`, method = 'POST') {
  return new Promise<{ status?: number; body: unknown }>((resolve, reject) => {
    const ca = readFileSync(api.env.NODE_EXTRA_CA_CERTS);
    const options = {
      port: api.port,
      path,
      method,
      auth,
      ca,
      servername: 'conversations.twilio.com',
    };
    const call = request(options, async (response) => {
      resolve({ status: response.statusCode, body: await json(response) });
    });
    call
      .on('error', reject)
      .end(attributes === undefined ? '' : new URLSearchParams({ Attributes: attributes }).toString());
  });
}
const error = (status: number, code: number) => ({ status, body: expect.objectContaining({ status, code }) });

test('an update replaces the attributes, and answers the participant', async () => {
  expect(await post(PATH, '{"customer_id":"C-1"}')).toEqual({
    status: 200,
    body: {
      account_sid: ACCOUNT_SID,
      conversation_sid: 'CH1',
      sid: 'MB1',
      identity: null,
      messaging_binding: null,
      attributes: '{"customer_id":"C-1"}',
      role_sid: null,
      date_created: '2026-11-01T12:00:00Z',
      date_updated: '2026-11-01T12:00:00Z',
      last_read_message_index: null,
      last_read_timestamp: null,
      url: 'https://conversations.twilio.com/v1/Conversations/CH1/Participants/MB1',
    },
  });
  expect(api.participant('MB1')?.attributes).toBe('{"customer_id":"C-1"}');
});

test('a participant may be fetched, which changes nothing', async () => {
  api.add({ sid: 'MB1', conversationSid: 'CH1', attributes: '{"role":"payer"}' });
  expect(await post(PATH, undefined, undefined, 'GET')).toMatchObject({
    status: 200,
    body: { sid: 'MB1', attributes: '{"role":"payer"}' },
  });
  expect(api.participant('MB1')?.attributes).toBe('{"role":"payer"}');
});

test('the default service may be named or left out, another one has to be named', async () => {
  expect(
    await post(`/v1/Services/${DEFAULT_SERVICE_SID}/Conversations/CH1/Participants/MB1`, '{}'),
  ).toMatchObject({ status: 200 });
  api.add({ sid: 'MB2', conversationSid: 'CH2', chatServiceSid: OTHER_SERVICE_SID, attributes: '{}' });
  const path = '/Conversations/CH2/Participants/MB2';
  expect(await post(`/v1/Services/${OTHER_SERVICE_SID}${path}`, '{}')).toMatchObject({ status: 200 });
  expect(await post(`/v1${path}`, '{}')).toEqual(error(404, 20404));
});

test.each([
  '/v1/Conversations/CH1/Participants/MB9',
  '/v1/Conversations/CH9/Participants/MB1',
  '/v1/Conversations',
  '/',
])('what is not there is answered 404: %s', async (path) => {
  expect(await post(path, '{}')).toEqual(error(404, 20404));
});

test.each(['{', 'text', `{"a":"${'é'.repeat(2045)}"}`])(
  'attributes that Twilio does not take: %.20s',
  async (attributes) => {
    expect(await post(PATH, attributes)).toEqual(error(400, 20001));
    expect(api.participant('MB1')?.attributes).toBe('{}');
  },
);

test('attributes of 4 KB are taken', async () => {
  expect(await post(PATH, `{"a":"${'é'.repeat(2044)}"}`)).toMatchObject({ status: 200 });
});

test('a call that is dropped changes nothing, and is noted', async () => {
  api.faults = ['drop'];
  await expect(post(PATH, '{"customer_id":"C-1"}')).rejects.toThrow('socket hang up');
  expect(api.participant('MB1')?.attributes).toBe('{}');
  expect(api.calls.at(-1)).toMatchObject({ path: PATH, outcome: 'drop' });
});

test('a conversation that is still initializing is answered 50386', async () => {
  api.initializing.add('CH1');
  expect(await post(PATH, '{}')).toEqual(error(409, 50386));
});

test('credentials that are not the account’s are answered 401', async () => {
  expect(await post(PATH, '{}', `${ACCOUNT_SID}:other`)).toEqual(error(401, 20003));
});

describe('the list of conversations', () => {
  const list = async (query: string) => {
    const { status, body } = await post(`/v1/Conversations?${query}`, undefined, undefined, 'GET');
    const { conversations = [], meta } = body as { conversations?: { sid: string }[]; meta?: object };
    return { status, sids: conversations.map(({ sid }) => sid), meta };
  };
  beforeEach(() => {
    for (const day of [1, 2, 3])
      api.addConversation({
        sid: `CHday${day}`,
        attributes: '{}',
        state: day === 2 ? 'closed' : 'active',
        dateCreated: `2020-01-0${day}T12:00:00Z`,
      });
  });

  test('is that of a state and of whole days, the newest first', async () => {
    const days = 'StartDate=2020-01-01T00:00:00Z&EndDate=2020-01-03T23:59:59Z';
    expect((await list(days)).sids).toEqual(['CHday3', 'CHday2', 'CHday1']);
    expect((await list(`${days}&State=active`)).sids).toEqual(['CHday3', 'CHday1']);
    expect((await list('EndDate=2020-01-02T23:59:59Z')).sids).toEqual(['CHday2', 'CHday1']);
    expect((await list('StartDate=2020-01-01')).status).toBe(400);
    expect((await list('State=open')).status).toBe(400);
  });

  test('comes in pages', async () => {
    const { sids, meta } = await list('EndDate=2020-01-03T23:59:59Z&PageSize=2');
    expect(sids).toEqual(['CHday3', 'CHday2']);
    const { next_page_url: next } = meta as { next_page_url: string };
    const last = await list(new URL(next).search.slice(1));
    expect(last).toMatchObject({ sids: ['CHday1'], meta: { next_page_url: null } });
  });
});

test('a closed conversation cannot be updated: 50377', async () => {
  api.addConversation({ sid: 'CHclosed', attributes: '{}', state: 'closed' });
  expect(await post('/v1/Conversations/CHclosed', '{}')).toEqual(error(400, 50377));
});

test('more calls at a time than the account may make are answered 429', async () => {
  // Long enough for both to come, however busy this machine is.
  Object.assign(api.limits, { atATime: 1, latencyMs: 300 });
  const statuses = (await Promise.all([post(PATH, '{}'), post(PATH, '{}')])).map(({ status }) => status);
  Object.assign(api.limits, { atATime: Number.POSITIVE_INFINITY, latencyMs: 0 });
  expect(statuses.sort()).toEqual([200, 429]);
});
