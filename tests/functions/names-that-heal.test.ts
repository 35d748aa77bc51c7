import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FakeConversations, startFakeConversations } from '../../tools/fakes/twilio/conversations';
import sms from '../fixtures/on-participant-added.json';
import { startTestRuntime, type TestRuntime } from '../helpers/test-runtime';

const ACCOUNT_SID = sms.AccountSid;
const AUTH_TOKEN = 'c0ffee00c0ffee00c0ffee00c0ffee00';
const ada = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: 'https://example.com/ada.png' };
const ben = { customer_id: 'C-2', display_name: 'Ben Ali', avatar: 'https://example.com/ben.png' };

const source = `exports.findCustomer = async ({ value }) => ({
  '+33679571533': ${JSON.stringify(ada)},
  '+14155550102': ${JSON.stringify(ben)},
  '1002003004': ${JSON.stringify(ben)},
}[value]);`;

let api: FakeConversations;
let runtime: TestRuntime;
beforeAll(async () => {
  api = await startFakeConversations(ACCOUNT_SID, AUTH_TOKEN);
  runtime = await startTestRuntime({
    variables: { ACCOUNT_SID, AUTH_TOKEN, CRM_SOURCE: 'by-number', ...api.env },
    edit: (dist) => {
      for (const name of ['by-number', 'file']) {
        writeFileSync(join(dist, `assets/crm/${name}.private.js`), source);
      }
    },
  });
}, 30_000);
afterAll(async () => {
  await runtime.stop();
  api.close();
});
beforeEach(() => {
  Object.assign(api, { calls: [], faultOf: undefined });
  api.add({
    sid: sms.ParticipantSid,
    conversationSid: sms.ConversationSid,
    attributes: '{}',
    address: NUMBER,
  });
  goesBy(NUMBER);
});

const NUMBER = sms['MessagingBinding.Address'];
const goesBy = (friendlyName: string | null, attributes = '{}') =>
  api.addConversation({ sid: sms.ConversationSid, friendlyName, attributes });
const send = (fields: Record<string, unknown> = {}) =>
  runtime.post(
    '/on-participant-added',
    JSON.parse(JSON.stringify({ ...sms, DateCreated: new Date().toISOString(), ...fields })),
  );
const conversation = () => api.conversation(sms.ConversationSid);
const isLinked = () => 'customer_id' in JSON.parse(api.participant(sms.ParticipantSid)?.attributes ?? '{}');
const writes = () => api.calls.filter(({ method }) => method === 'POST').length;

test.each([NUMBER, `whatsapp:${NUMBER}`, '', null])(
  'a conversation that goes by %p is named when its customer is found',
  async (friendlyName) => {
    goesBy(friendlyName, '{"campaign":"spring"}');
    expect(await send()).toMatchObject({ status: 200 });
    expect(conversation()).toMatchObject({
      friendlyName: 'Ada Okafor',
      attributes: '{"campaign":"spring","avatar":"https://example.com/ada.png"}',
    });
    expect(isLinked()).toBe(true);
    expect(writes()).toBe(2);
    await runtime.logged(/onParticipantAdded \+3367•••1533 linked, conversation named customer_id="C-1"/);
  },
);

test('a conversation that has a name is read, and left alone', async () => {
  goesBy('Order 4711');
  await send();
  expect(conversation()).toMatchObject({ friendlyName: 'Order 4711', attributes: '{}' });
  const calls = api.calls.map(({ method, path }) => `${method} ${path.split('/').at(-2)}`);
  expect(calls.sort()).toEqual(['GET Conversations', 'POST Participants']);
});

test('an avatar that somebody chose stays', async () => {
  goesBy(NUMBER, '{"avatar":"https://example.com/mine.png"}');
  await send();
  expect(conversation()).toMatchObject({
    friendlyName: 'Ada Okafor',
    attributes: '{"avatar":"https://example.com/mine.png"}',
  });
});

test('linking does not wait for the name', async () => {
  // Nothing is answered about the conversation until the participant is linked.
  let linked = () => {};
  const linking = new Promise<void>((done) => {
    linked = done;
  });
  api.faultOf = async ({ path }) => {
    if (!path.includes('Participants')) await linking;
    return undefined;
  };
  const sent = send();
  while (!isLinked()) await new Promise((done) => setTimeout(done, 10));
  expect(writes()).toBe(1);
  linked();
  expect(await sent).toMatchObject({ status: 200 });
  expect(conversation()?.friendlyName).toBe('Ada Okafor');
});

test('a name that cannot be set fails nothing, and is logged', async () => {
  api.faultOf = ({ path }) => (path.includes('Participants') ? undefined : { status: 403, code: 20003 });
  expect(await send()).toMatchObject({ status: 200 });
  expect(isLinked()).toBe(true);
  await runtime.logged(
    /onParticipantAdded \+3367•••1533 conversation not named: Twilio's API: 403 \(20003\)/,
  );
});

test.each([
  ['a customer who was linked to another one meanwhile', sms.ParticipantSid],
  ['a customer who is gone, and has joined again', `MB${'0'.repeat(32)}`],
])('nobody names the conversation of %s', async (_name, ParticipantSid) => {
  api.add({
    sid: sms.ParticipantSid,
    conversationSid: sms.ConversationSid,
    attributes: '{"customer_id":"C-9"}',
    address: NUMBER,
  });
  expect(await send({ ParticipantSid, RetryCount: '1' })).toMatchObject({ status: 200 });
  expect(conversation()?.friendlyName).toBe(NUMBER);
});

test('a conversation whose customer was linked by an earlier attempt is named', async () => {
  api.add({
    sid: sms.ParticipantSid,
    conversationSid: sms.ConversationSid,
    attributes: '{"customer_id":"C-1"}',
    address: NUMBER,
  });
  await send({ RetryCount: '1' });
  expect(conversation()?.friendlyName).toBe('Ada Okafor');
  expect(writes()).toBe(1);
});

test('a conversation is named as the CRM has it, whatever the participant goes by', async () => {
  await send({ Attributes: '{"display_name":"Dr. Okafor"}' });
  expect(api.participant(sms.ParticipantSid)?.attributes).toContain('Dr. Okafor');
  expect(conversation()?.friendlyName).toBe('Ada Okafor');
});

test('a conversation that all have left meanwhile is left alone', async () => {
  goesBy(null);
  api.faultOf = ({ path }) => {
    if (/Participants\?/.test(path)) api.remove(sms.ParticipantSid);
    return undefined;
  };
  await send();
  expect(conversation()?.friendlyName).toBeNull();
  expect(writes()).toBe(1);
});

test('a conversation that goes by the number of somebody else is left alone', async () => {
  goesBy('+14155550177');
  await send();
  expect(conversation()).toMatchObject({ friendlyName: '+14155550177', attributes: '{}' });
  expect(isLinked()).toBe(true);
});

test('a conversation of two customers has both their names, and no avatar', async () => {
  api.add({
    sid: `MB${'7'.repeat(32)}`,
    conversationSid: sms.ConversationSid,
    attributes: JSON.stringify(ben),
    address: '+14155550102',
  });
  await send();
  api.remove(`MB${'7'.repeat(32)}`);
  expect(conversation()).toMatchObject({ friendlyName: 'Ada Okafor, Ben Ali', attributes: '{}' });
});

test('a name and attributes that somebody writes meanwhile stay', async () => {
  let failures = 3;
  api.faultOf = ({ method, path }) => {
    if (method === 'GET' || path.includes('Participants') || failures-- <= 0) return undefined;
    goesBy('Order 4711', '{"ticket":"T-1"}');
    return { status: 503 };
  };
  await send();
  expect(conversation()).toMatchObject({ friendlyName: 'Order 4711', attributes: '{"ticket":"T-1"}' });
});

test('a conversation that is gone meanwhile is not logged as named', async () => {
  api.faultOf = ({ method, path }) =>
    method === 'POST' && !path.includes('Participants') ? { status: 404 } : undefined;
  await send({ 'MessagingBinding.Address': '+14155550102' });
  await runtime.logged(/onParticipantAdded \+1415•••0102 linked customer_id="C-2"/);
});

test('a conversation by Messenger goes by the ID, and is named', async () => {
  const address = 'messenger:1002003004';
  api.add({ sid: sms.ParticipantSid, conversationSid: sms.ConversationSid, attributes: '{}', address });
  goesBy('1002003004');
  await send({ 'MessagingBinding.Address': address });
  expect(conversation()?.friendlyName).toBe('Ben Ali');
});

describe('in group MMS', () => {
  const group = { 'MessagingBinding.ProxyAddress': undefined, 'MessagingBinding.Address': '+14155550102' };
  beforeEach(() => {
    goesBy('+14155550101');
    const members = [
      { sid: `MB${'1'.repeat(32)}`, attributes: '{}', address: '+14155550101' },
      { sid: sms.ParticipantSid, attributes: '{}', address: '+14155550102' },
      { sid: `MB${'3'.repeat(32)}`, attributes: JSON.stringify(ada), address: '+14155550103' },
      { sid: `MB${'4'.repeat(32)}`, attributes: '{}', identity: 'worker' },
    ];
    for (const member of members) api.add({ conversationSid: sms.ConversationSid, ...member });
  });

  test('all who are known give the conversation its name, and none an avatar', async () => {
    await send(group);
    expect(conversation()).toMatchObject({
      friendlyName: '+14155550101, Ben Ali, Ada Okafor',
      attributes: '{}',
    });
  });

  test('who has joined alone so far gives it no avatar', async () => {
    for (const i of [1, 3, 4]) api.remove(`MB${String(i).repeat(32)}`);
    goesBy('+14155550102');
    await send(group);
    expect(conversation()).toMatchObject({ friendlyName: 'Ben Ali', attributes: '{}' });
  });

  test('a name that is made of some of the members is completed', async () => {
    goesBy('Ada Okafor');
    await send(group);
    expect(conversation()?.friendlyName).toContain('Ben Ali');
    expect(conversation()?.friendlyName).toContain('Ada Okafor');
  });

  test('a chosen name stays', async () => {
    goesBy('The Okafors');
    await send(group);
    expect(conversation()?.friendlyName).toBe('The Okafors');
  });
});
