import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';
import { type FakeConversations, startFakeConversations } from '../../../tools/fakes/twilio/conversations';
import { until } from '../../../tools/runtime/local-runtime';
import { SimulatedTwilio } from '../../../tools/simulator/simulated-twilio';

const account = { sid: 'ACe52ed5e7a44191a623117158a4feeca1', authToken: 'c0ffee00c0ffee00c0ffee00c0ffee00' };
const known = { friendly_name: 'Ada', attributes: '{"avatar":"https://example.com/ada.png"}' };

/** For Functions that report nothing, and a Twilio that nobody waits for. */
const SHORT = { initializingMs: 300, retryPauseMs: 10, reportMs: 0 };

/** Webhooks that came in, and how they are answered: the answers of the Functions, played by the test. */
let received: { path: string; type?: string; signature: string; fields: Record<string, string> }[];
let answers: Record<
  string,
  { status?: number; body?: string; headers?: Record<string, string>; isCut?: boolean } | undefined
>;
/** How long an answer takes, and how many webhooks have waited for one at the same time. */
let answerMs: number;
let atOnce: number;
let mostAtOnce: number;
let functions: Server;
let url: string;
let api: FakeConversations;
let twilio: SimulatedTwilio;

beforeAll(async () => {
  functions = createServer(async (request, response) => {
    const fields = Object.fromEntries(new URLSearchParams(await text(request)));
    const { 'x-twilio-signature': signature, 'content-type': type } = request.headers;
    received.push({ path: request.url ?? '', type, signature: String(signature), fields });
    const answer = answers[fields.EventType ?? ''];
    if (!answer) return;
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    if (answerMs > 0) await setTimeout(answerMs);
    atOnce--;
    response.writeHead(answer.status ?? 200, answer.headers);
    if (!answer.isCut) response.end(answer.body ?? '');
    else response.write(answer.body ?? '', () => request.socket.destroy());
  }).listen(0);
  url = `http://localhost:${(functions.address() as AddressInfo).port}`;
  api = await startFakeConversations(account.sid, account.authToken);
});
afterAll(() => {
  functions.closeAllConnections();
  functions.close();
  api.close();
});
beforeEach(() => {
  received = [];
  answerMs = 0;
  atOnce = 0;
  mostAtOnce = 0;
  answers = { onConversationAdd: { body: JSON.stringify(known) }, onParticipantAdded: {}, onMessageAdd: {} };
  twilio = new SimulatedTwilio(account, api, () => url, {
    durations: { ...SHORT, webhookTimeoutMs: 1000 },
  });
});

const receive = (from = '+15551234567', others?: string[]) => twilio.receive({ from, text: 'Hello', others });
const types = () => received.map(({ fields }) => fields.EventType);
const webhooks = () => twilio.traffic.exchanges.filter(({ direction }) => direction === 'webhook');
const last = () => webhooks().at(-1);

describe('the answer to onConversationAdd', () => {
  test('of 200 with fields creates the conversation with them', async () => {
    expect(await receive()).toMatchObject({ friendlyName: 'Ada', attributes: known.attributes });
    expect(twilio.conversations).toHaveLength(1);
  });

  test.each(['', '{}', 'text', 'null', '[]'])('of 200 with %p creates it unchanged', async (body) => {
    answers.onConversationAdd = { body };
    expect(await receive()).toMatchObject({ friendlyName: undefined, attributes: '{}' });
  });

  test.each([400, 403, 404, 422, 500, 503])('of %p loses the message', async (status) => {
    answers.onConversationAdd = { status };
    expect(await receive()).toBeUndefined();
    expect(twilio.conversations).toEqual([]);
    expect(types()).toEqual(['onConversationAdd']);
    expect(last()).toMatchObject({ verdict: 'lost', words: expect.stringContaining('the message is lost') });
  });

  test.each([
    ['a name over 256 characters', { friendly_name: 'x'.repeat(257) }],
    ['attributes that are not JSON', { attributes: '{' }],
    ['attributes that are not text', { attributes: {} }],
    ['a name that is not text', { friendly_name: 7 }],
    ['attributes over 16 KB', { attributes: JSON.stringify({ a: 'é'.repeat(8 * 1024) }) }],
  ])('with %s loses the message', async (_name, fields) => {
    answers.onConversationAdd = { body: JSON.stringify(fields) };
    expect(await receive()).toBeUndefined();
    expect(last()).toMatchObject({ verdict: 'lost' });
  });

  test('of a name of 256 characters is taken', async () => {
    answers.onConversationAdd = { body: JSON.stringify({ friendly_name: 'x'.repeat(256) }) };
    expect(await receive()).toBeDefined();
  });

  test.each([
    ['is not what its headers say', { headers: { 'Content-Encoding': 'gzip' } }],
    ['is cut', { headers: { 'Content-Length': '1000' }, isCut: true }],
  ])('with a body that %s counts as none, and is told with why', async (_name, how) => {
    answers.onConversationAdd = { body: JSON.stringify(known), ...how };
    answers.onParticipantAdded = { body: '{}', ...how };
    expect(await receive()).toMatchObject({ friendlyName: undefined });
    for (const webhook of webhooks()) {
      expect(webhook).toMatchObject({
        verdict: 'warning',
        words: expect.stringMatching(/^The body of the answer cannot be read \(.+\)\./),
      });
    }
  });

  test('with a body that stalls is one that does not come in time', async () => {
    answers.onConversationAdd = { body: '{', headers: { 'Content-Length': '1000' } };
    expect(await receive()).toMatchObject({ friendlyName: undefined });
    expect(webhooks()[0]?.words).toContain('No answer in 1 s');
  });

  test('of a redirect is followed nowhere', async () => {
    answers.onConversationAdd = { status: 307, headers: { Location: '/elsewhere' } };
    expect(await receive()).toBeUndefined();
    expect(received.map(({ path }) => path)).toEqual(['/on-conversation-add']);
  });

  test('of null in its fields creates it unchanged', async () => {
    answers.onConversationAdd = { body: '{"friendly_name":null,"attributes":null}' };
    expect(await receive()).toMatchObject({ friendlyName: undefined, attributes: '{}' });
  });

  test('that does not come in time creates it unchanged', async () => {
    answers.onConversationAdd = undefined;
    expect(await receive()).toMatchObject({ friendlyName: undefined });
    expect(webhooks()[0]).toMatchObject({
      verdict: 'warning',
      words: expect.stringContaining('No answer in 1 s'),
    });
  });
});

describe('the events', () => {
  test('are forms, signed as Twilio signs', async () => {
    await receive('whatsapp:+15551234567');
    expect(received).toHaveLength(3);
    for (const { path, type, signature, fields } of received) {
      expect(type).toMatch('application/x-www-form-urlencoded');
      expect(validateRequest(account.authToken, signature, `${url}${path}`, fields)).toBe(true);
    }
  });

  test('go to the URL that is for them, one for each participant', async () => {
    await receive();
    expect(
      received.map(({ path, fields }) => [
        path,
        fields.EventType,
        fields['MessagingBinding.Address'],
        fields.Identity,
      ]),
    ).toEqual([
      ['/on-conversation-add', 'onConversationAdd', '+15551234567', undefined],
      ['/on-participant-added', 'onParticipantAdded', '+15551234567', undefined],
      ['/on-participant-added', 'onParticipantAdded', undefined, 'worker@example.com'],
    ]);
  });

  test('have the fields and SIDs that Twilio sends', async () => {
    await receive('whatsapp:+15551234567');
    expect(received[0]?.fields).toMatchObject({
      Source: 'WHATSAPP',
      State: 'active',
      Attributes: '{}',
      MessageBody: 'Hello',
      AccountSid: account.sid,
      'MessagingBinding.ProxyAddress': 'whatsapp:+15017122661',
    });
    expect(received[1]?.fields).toMatchObject({
      ConversationSid: expect.stringMatching(/^CH[0-9a-f]{32}$/),
      ParticipantSid: expect.stringMatching(/^MB[0-9a-f]{32}$/),
      'MessagingBinding.Type': 'whatsapp',
      Attributes: '{}',
    });
  });

  test('come to a number of the customer’s country, as most businesses have one', async () => {
    await receive('whatsapp:+491712345678');
    for (const { fields } of received.slice(0, 2)) {
      expect(fields['MessagingBinding.ProxyAddress']).toMatch(/^whatsapp:\+49\d{10,11}$/);
    }
  });

  test.each(['+4915123456789', '+15017122661', 'whatsapp:+33612345678'])(
    'come to another number than that of the customer, though it is an example: %s',
    async (from) => {
      await receive(from);
      for (const { fields } of received.slice(0, 2)) {
        const own = fields['MessagingBinding.ProxyAddress'];
        expect(own).toMatch(/^(whatsapp:)?\+\d{11,13}$/);
        expect(own).not.toBe(from);
      }
    },
  );

  test('are not sent for a second message of the same customer, which joins the conversation', async () => {
    const first = await receive();
    expect(await receive()).toBe(first);
    expect(first?.messages).toHaveLength(2);
    expect(received).toHaveLength(3);
    expect(await receive('whatsapp:+15551234567')).not.toBe(first);
  });
});

test('a conversation that the Functions name later is seen with that name', async () => {
  answers.onConversationAdd = {};
  const conversation = await receive();
  const given = api.conversation(conversation?.sid ?? '');
  Object.assign(given ?? {}, { friendlyName: 'Ada' });
  expect(twilio.conversations[0]?.friendlyName).toBe('Ada');
});

describe('group MMS', () => {
  test('starts initializing, and names its members as Twilio does', async () => {
    const group = await receive('+15551230001', ['+15551230002']);
    expect(received[0]?.fields).toMatchObject({
      State: 'initializing',
      'MessagingBinding.AuthorAddress': '+15551230001',
      'MessagingBinding.Address': '+15551230002,+15017122661',
      'MessagingBinding.ProjectedAddress': '+15017122661',
    });
    expect(types()).toEqual([
      'onConversationAdd',
      'onParticipantAdded',
      'onParticipantAdded',
      'onParticipantAdded',
    ]);
    expect(api.initializing.has(group?.sid ?? '')).toBe(true);
    await setTimeout(350);
    expect(api.initializing.has(group?.sid ?? '')).toBe(false);
  });
});

describe('with the switch', () => {
  test('that a worker creates the conversation, the event has no address', async () => {
    twilio.switches.add('worker');
    answers.onConversationAdd = {};
    expect(await receive()).toMatchObject({
      friendlyName: 'A customer of mine',
      messages: [{ byWorker: true }],
    });
    expect(
      Object.keys(received[0]?.fields ?? {}).filter((name) => name.startsWith('MessagingBinding')),
    ).toEqual([]);
  });

  test('that the customer is linked already, their attributes say so', async () => {
    twilio.switches.add('linked');
    await receive();
    expect(received[1]?.fields.Attributes).toBe('{"customer_id":"C-1"}');
  });

  test('that a wrong filter is ticked, onMessageAdd comes to the pre-event URL', async () => {
    twilio.switches.add('wrong-filter');
    expect(await receive()).toBeDefined();
    expect(received[1]).toMatchObject({
      path: '/on-conversation-add',
      fields: { EventType: 'onMessageAdd' },
    });
    answers.onMessageAdd = { status: 422 };
    expect(await receive()).toBeUndefined();
    expect(last()).toMatchObject({ verdict: 'lost' });
  });
});

test('a call to the API is noted with the webhook that it belongs to', async () => {
  const conversation = await receive();
  const path = `/v1/Conversations/${conversation?.sid}/Participants/${received[1]?.fields.ParticipantSid}`;
  const call = {
    host: 'conversations.twilio.com',
    method: 'POST',
    path,
    headers: {},
    body: 'Attributes=%7B%7D',
    bytes: Buffer.of(),
  };
  twilio.noteCall({ ...call, outcome: 429 });
  const of = webhooks().find(({ title }) => title === 'onParticipantAdded: +15551234567');
  expect(twilio.traffic.exchanges.at(-1)).toMatchObject({
    parent: of?.id,
    title: 'Update the participant',
    answer: { status: 429 },
  });
});

describe('what is sent again', () => {
  test('is in a new conversation when that is asked for, and the old one is closed', async () => {
    const first = await receive();
    const second = await twilio.receive({ from: '+15551234567', text: 'Hello' }, true);
    expect(second).not.toBe(first);
    expect(first?.isClosed).toBe(true);
    expect(types().filter((type) => type === 'onConversationAdd')).toHaveLength(2);
  });

  test('joins even if the conversation is being created yet', async () => {
    const [first, second] = await Promise.all([receive(), receive()]);
    expect(second).toBe(first);
    expect(types().filter((type) => type === 'onConversationAdd')).toHaveLength(1);
  });

  test('by Twilio after 503, if the service has a retry count, has its RetryCount', async () => {
    twilio.switches.add('retries');
    answers.onParticipantAdded = { status: 503, body: '{"error":"CRM_SOURCE http: it is down"}' };
    await receive();
    const sent = received.filter(({ fields }) => fields['MessagingBinding.Address'] && fields.ParticipantSid);
    expect(sent.map(({ fields }) => fields.RetryCount)).toEqual(['0', '1', '2', '3']);
    expect(webhooks()[1]).toMatchObject({
      verdict: 'warning',
      words: 'The CRM failed: it is down. Answered 503: Twilio sends it again.',
    });
  });

  test('has an API that is as its switches are then', async () => {
    for (const id of ['retries', 'api-500'] as const) twilio.switches.add(id);
    answers.onParticipantAdded = { status: 503 };
    const receiving = receive();
    await until(
      () => types().includes('onParticipantAdded'),
      () => 'nothing was sent',
    );
    expect(api.fault).toMatchObject({ status: 500 });
    twilio.switches.delete('api-500');
    await receiving;
    expect(api.fault).toBeUndefined();
  });

  test('is nothing by default', async () => {
    answers.onParticipantAdded = { status: 503 };
    await receive();
    expect(received).toHaveLength(3);
  });
});

describe('in place of the Functions', () => {
  test('nothing: no webhook is sent, and the worker sees a number', async () => {
    twilio.switches.add('no-functions');
    expect(await receive()).toMatchObject({ friendlyName: undefined, messages: [{}] });
    expect(received).toEqual([]);
  });

  test('a service that answers 500 loses the message', async () => {
    twilio.switches.add('service-500');
    expect(await receive()).toBeUndefined();
    expect(received).toEqual([]);
    expect(last()).toMatchObject({ verdict: 'lost', answer: { status: 500 } });
  });
});

test('of what is still going on when all is cleared, nothing is shown any more', async () => {
  const shown: string[] = [];
  const listened = new SimulatedTwilio(account, api, () => url, {
    listener: {
      exchange: ({ direction }) => shown.push(direction),
      conversation: () => shown.push('conversation'),
    },
    durations: SHORT,
  });
  const receiving = listened.receive({ from: '+15551234567', text: 'Hello' });
  listened.clear();
  shown.length = 0;
  const conversation = await receiving;
  const path = `/v1/Conversations/${conversation?.sid}`;
  listened.noteCall({
    host: 'conversations.twilio.com',
    method: 'GET',
    path,
    headers: {},
    body: '',
    bytes: Buffer.of(),
    outcome: 200,
  });
  expect(shown).toEqual([]);
  expect(listened.conversations).toEqual([]);
});

test('of many messages at once, 8 webhooks at the most wait for an answer, and all get one', async () => {
  answerMs = 10;
  const all = Array.from({ length: 40 }, (_, i) => receive(`+1555123${String(i).padStart(4, '0')}`));
  expect((await Promise.all(all)).filter(Boolean)).toHaveLength(40);
  expect(webhooks().map(({ answer }) => answer?.status)).toEqual(Array(120).fill(200));
  expect(mostAtOnce).toBeGreaterThan(1);
  expect(mostAtOnce).toBeLessThanOrEqual(8);
});

test('an answer is waited for as long as Twilio does', async () => {
  const waits = jest.spyOn(AbortSignal, 'timeout');
  const patient = new SimulatedTwilio(account, api, () => url, { durations: SHORT });
  await patient.receive({ from: '+15551234567', text: 'Hello' });
  expect(new Set(waits.mock.calls.flat())).toEqual(new Set([5000]));
  waits.mockRestore();
});

test('Functions that do not run are not taken for slow ones', async () => {
  const nowhere = new SimulatedTwilio(account, api, () => 'http://localhost:1', { durations: SHORT });
  expect(await nowhere.receive({ from: '+15551234567', text: 'Hello' })).toBeDefined();
  expect(nowhere.traffic.exchanges[1]).toMatchObject({
    verdict: 'warning',
    words: 'The Functions do not run: nobody answered. The conversation is created unchanged.',
  });
});
