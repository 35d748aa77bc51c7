import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../tools/fakes/fake-server';
import { type FakeConversations, startFakeConversations } from '../../tools/fakes/twilio/conversations';
import sms from '../fixtures/on-participant-added.json';
import { SKIP_PAUSES } from '../helpers/skipped-pauses';
import { startTestRuntime, type TestRuntime } from '../helpers/test-runtime';

const ACCOUNT_SID = sms.AccountSid;
const AUTH_TOKEN = 'c0ffee00c0ffee00c0ffee00c0ffee00';
const SERVICE = 'IS83fd12a19a6c49f09c12f57d1a2703b4';
/** Under this path, the Function is served as if it were deployed with that service in CHAT_SERVICE_SID, pasted with a space. */
const OF_SERVICE = '/of-service';
const ada = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: 'https://example.com/ada.png' };

/** A CRM whose behaviour depends on the number. What takes it seconds takes them by the clock alone. */
const source = `
require(${JSON.stringify(SKIP_PAUSES)}).skipPauses();
const { setTimeout } = require('node:timers/promises');
exports.findCustomer = async ({ value }) => ({
  '+33679571533': async () => (${JSON.stringify(ada)}),
  '+15550000007': async () => ({ customer_id: 7, display_name: 'Number seven' }),
  '+15550000001': () => new Promise(() => undefined),
  '+15550000002': async () => { throw new Error('HTTP 500 for +15550000002') },
  '+33679571534': async () => ({ customer_id: 'C-4', phone_numbers: ['06 79 57 15 34'] }),
  '+15550000003': async () => ({ display_name: 'Without ID' }),
  '+15550000004': () => setTimeout(600, ${JSON.stringify(ada)}),
  '+15550000005': () => setTimeout(4000, ${JSON.stringify(ada)}),
  '+15550000006': () => setTimeout(2000),
}[value]?.());`;

let api: FakeConversations;
let runtime: TestRuntime;
beforeAll(async () => {
  api = await startFakeConversations(ACCOUNT_SID, AUTH_TOKEN);
  runtime = await startTestRuntime({
    variables: { ACCOUNT_SID, AUTH_TOKEN, CRM_TIMEOUT_MS: '400', ...api.env },
    // In the place of the embedded customers, which cannot have failed before.
    edit: (dist) => {
      writeFileSync(join(dist, 'assets/crm/file.private.js'), source);
      mkdirSync(join(dist, 'functions', OF_SERVICE));
      writeFileSync(
        join(dist, 'functions', OF_SERVICE, 'on-participant-added.protected.js'),
        `const { handler } = require('../on-participant-added.protected.js');
        exports.handler = (context, ...rest) => handler({ ...context, CHAT_SERVICE_SID: '${SERVICE} ' }, ...rest);`,
      );
    },
  });
}, 30_000);
afterAll(async () => {
  await runtime.stop();
  api.close();
  // By the clock of that process, in which pauses have passed: Twilio waits 5 s for each answer.
  const times = [...runtime.log().matchAll(/^onParticipantAdded .* (\d+) ms$/gm)].map(([, ms]) => Number(ms));
  expect(Math.max(0, ...times)).toBeLessThan(5000);
});
beforeEach(() => {
  api.calls.length = 0;
  api.faults = [];
  api.fault = undefined;
  api.faultOf = undefined;
  api.initializing.clear();
  api.add({ sid: sms.ParticipantSid, conversationSid: sms.ConversationSid, attributes: '{}' });
});

/** The captured event, as if it came in now. */
const now = () => ({ ...sms, DateCreated: new Date().toISOString() });
/** Sends the captured event with other fields; `undefined` leaves a field out. */
const send = (fields: Record<string, unknown> = {}) =>
  runtime.post('/on-participant-added', JSON.parse(JSON.stringify({ ...now(), ...fields })));
const linked = () => JSON.parse(api.participant(sms.ParticipantSid)?.attributes ?? '');
const ok = { status: 200, type: expect.stringContaining('application/json'), body: {} };
const failed = (status: number, error: unknown = expect.any(String)) => ({ ...ok, status, body: { error } });

describe('a customer who is known', () => {
  test('is tied to their record, with one call', async () => {
    expect(await send()).toEqual(ok);
    expect(api.calls).toHaveLength(1);
    expect(api.calls[0]?.path).toBe(
      `/v1/Conversations/${sms.ConversationSid}/Participants/${sms.ParticipantSid}`,
    );
    expect(linked()).toEqual(ada);
  });

  test.each([
    ['MessagingBinding.ProxyAddress', '+33757590443', 'C-4'],
    ['MessagingBinding.ProjectedAddress', '+33757590443', 'C-4'],
    ['MessagingBinding.ProxyAddress', '+14155550100', undefined],
  ])('is found by a number without a country code after %s %s as %s', async (field, number, customer_id) => {
    const address = {
      'MessagingBinding.Address': '+33679571534',
      'MessagingBinding.ProxyAddress': undefined,
    };
    expect(await send({ ...address, [field]: number })).toEqual(ok);
    expect(linked().customer_id).toBe(customer_id);
  });

  test('is tied in the Conversations service that the event names', async () => {
    api.add({
      sid: sms.ParticipantSid,
      conversationSid: sms.ConversationSid,
      chatServiceSid: SERVICE,
      attributes: '{}',
    });
    expect(await send({ ChatServiceSid: SERVICE })).toEqual(ok);
    expect(api.calls[0]?.path).toMatch(`/v1/Services/${SERVICE}/Conversations/`);
    expect(linked()).toEqual(ada);
  });

  test('is tied in the service that is set only if the event names none', async () => {
    const other = `IS${'0'.repeat(32)}`;
    for (const [ChatServiceSid, used] of [
      [undefined, SERVICE],
      [other, other],
    ]) {
      const event = JSON.parse(JSON.stringify({ ...now(), ChatServiceSid }));
      await runtime.post(`${OF_SERVICE}/on-participant-added`, event);
      expect(api.calls.at(-1)?.path).toMatch(`/v1/Services/${used}/Conversations/`);
    }
  });

  test('keeps what is there already', async () => {
    await send({ Attributes: '{"role":"payer","display_name":"Dr. Okafor","avatar":null}' });
    expect(linked()).toEqual({ ...ada, role: 'payer', display_name: 'Dr. Okafor' });
  });

  test('has a customer_id that is text, whatever the CRM has', async () => {
    await send({ 'MessagingBinding.Address': '+15550000007' });
    expect(linked()).toEqual({ customer_id: '7', display_name: 'Number seven' });
  });

  test('is tied by an event in the query as well', async () => {
    expect(await runtime.get('/on-participant-added', now())).toEqual(ok);
    expect(linked()).toEqual(ada);
  });

  test('has no webhook sent for the update, so that it does not echo', async () => {
    await send();
    expect(api.calls[0]?.headers).not.toHaveProperty('x-twilio-webhook-enabled');
  });

  test('is the same after the same event twice, even at once', async () => {
    expect(await Promise.all([send(), send({ RetryCount: '1' })])).toEqual([ok, ok]);
    expect(linked()).toEqual(ada);
  });
});

describe('what was written meanwhile', () => {
  const current = (attributes: string) =>
    api.add({ sid: sms.ParticipantSid, conversationSid: sms.ConversationSid, attributes });
  const reads = () => api.calls.filter(({ method }) => method === 'GET').length;

  test.each([
    ['an event that is sent again', { RetryCount: '1' }],
    ['a look-up that took longer than half a second', { 'MessagingBinding.Address': '+15550000004' }],
  ])('stays after %s', async (_name, fields) => {
    current('{"language":"fr","vip":true}');
    expect(await send(fields)).toEqual(ok);
    expect(linked()).toEqual({ language: 'fr', vip: true, ...ada });
  });

  test.each([
    ['whose Attributes are missing', { Attributes: undefined }],
    ['whose Attributes are empty', { Attributes: '' }],
    ['that comes in late', { DateCreated: new Date(Date.now() - 4000).toISOString() }],
    ['from the future', { DateCreated: new Date(Date.now() + 3_600_000).toISOString() }],
    ['of an unreadable date', { DateCreated: '25/11/2026 10:00' }],
    ['of no date', { DateCreated: undefined }],
  ])('stays after an event %s', async (_name, fields) => {
    current('{"customer_id":"C-9","vip":true}');
    expect(await send(fields)).toEqual(ok);
    expect(linked()).toEqual({ customer_id: 'C-9', vip: true });
  });

  test.each([
    ['429', { status: 429, code: 20429 }],
    ['50386', { status: 409, code: 50386 }],
  ])('stays if Twilio answers %s for a while', async (_name, fault) => {
    // With the pauses after three of them, half a second is over.
    const faults = [fault, fault, fault];
    api.faultOf = () => {
      const next = faults.shift();
      if (faults.length === 0) current('{"customer_id":"C-9","vip":true}');
      return next;
    };
    expect(await send()).toEqual(ok);
    expect(linked()).toEqual({ customer_id: 'C-9', vip: true });
  });

  test('stays if it is a number that JavaScript would round', async () => {
    await send({ Attributes: '{"order":9007199254740993}' });
    expect(api.participant(sms.ParticipantSid)?.attributes).toContain('{"order":9007199254740993,');
  });

  test('stays if another customer was linked', async () => {
    current('{"customer_id":"C-9"}');
    expect(await send({ RetryCount: '2' })).toEqual(ok);
    expect(linked()).toEqual({ customer_id: 'C-9' });
    await runtime.logged(/onParticipantAdded \+3367•••1533 linked already customer_id="C-1"/);
  });

  test('stays if the attributes are not a JSON object', async () => {
    current('[7]');
    expect(await send({ RetryCount: '1' })).toEqual(ok);
    expect(linked()).toEqual([7]);
  });

  test('stays after an attempt that failed, which may have been carried out', async () => {
    api.faultOf = () => {
      api.faultOf = undefined;
      current('{"customer_id":"C-1","display_name":"Dr. Okafor"}');
      return 'drop';
    };
    expect(await send()).toEqual(ok);
    expect(linked()).toEqual({ customer_id: 'C-1', display_name: 'Dr. Okafor' });
    expect(reads()).toBe(1);
  });

  test('is not asked for in the common case, which is one call', async () => {
    await send();
    expect(reads()).toBe(0);
  });
});

test('after an event that is sent again, a conversation is named: the embedded customers may have failed as well', async () => {
  const address = sms['MessagingBinding.Address'];
  const conversationSid = sms.ConversationSid;
  api.addConversation({ sid: conversationSid, friendlyName: address, attributes: '{}' });
  for (const [RetryCount, name] of [
    ['0', address],
    ['1', 'Ada Okafor'],
  ]) {
    api.add({ sid: sms.ParticipantSid, conversationSid, attributes: '{}', address });
    expect(await send({ RetryCount })).toEqual(ok);
    expect(api.conversation(conversationSid)?.friendlyName).toBe(name);
  }
});

describe('attributes over 4 KB', () => {
  const withNote = (free: number, customer: object) => {
    const room = 4096 - Buffer.byteLength(JSON.stringify({ note: '', ...customer }));
    return JSON.stringify({ note: `é${'x'.repeat(room - 2 - free)}` });
  };
  const { avatar: _, ...withoutAvatar } = ada;

  test.each([
    ['fit', withNote(0, ada), ada],
    ['leave out the avatar', withNote(-1, ada), withoutAvatar],
    ['leave out the display name too', withNote(-1, withoutAvatar), { customer_id: 'C-1' }],
  ])('%s', async (_name, Attributes, customer) => {
    expect(await send({ Attributes })).toEqual(ok);
    expect(linked()).toEqual({ ...customer, note: expect.any(String) });
  });

  test('never lose the customer_id: Twilio decides then', async () => {
    expect(await send({ Attributes: withNote(-1, { customer_id: 'C-1' }) })).toEqual(failed(500));
    expect(JSON.parse(new URLSearchParams(api.calls[0]?.body).get('Attributes') ?? '')).toEqual({
      customer_id: 'C-1',
      note: expect.any(String),
    });
  });
});

describe('no call is made, and 200 answered, for', () => {
  test.each([
    ['another event', { EventType: 'onMessageAdded' }],
    ['an event without a type', { EventType: undefined }],
    ['a worker', { Identity: 'ana@example.com' }],
    ['a worker in group MMS', { Identity: 'ana', 'MessagingBinding.ProjectedAddress': '+14155550199' }],
    ['a participant without an address', { 'MessagingBinding.Address': undefined }],
    ["Twilio's own number", { 'MessagingBinding.ProxyAddress': sms['MessagingBinding.Address'] }],
    ['a customer who is linked already', { Attributes: '{"customer_id":"C-9"}' }],
    ['a customer who is not known', { 'MessagingBinding.Address': '+15550000009' }],
    ['attributes that are not a JSON object', { Attributes: '[1]' }],
  ])('%s', async (_name, fields) => {
    expect(await send(fields)).toEqual(ok);
    expect(api.calls).toEqual([]);
  });
});

describe('an event that does not say who joined', () => {
  test.each([
    ['ConversationSid', undefined],
    ['ParticipantSid', undefined],
    ['ParticipantSid', ''],
    ['ConversationSid', '../../Services'],
  ])('is answered 400 if %s is %p', async (name, sid) => {
    expect(await send({ [name]: sid })).toEqual(failed(400, expect.stringContaining(name)));
    expect(api.calls).toEqual([]);
  });
});

describe('transient errors are tried again', () => {
  test.each([
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['a dropped connection', 'drop' as const],
    ['an answer that is cut short', 'malformed' as const],
  ])('%s', async (_name, fault) => {
    api.faults = [fault];
    expect(await send()).toEqual(ok);
    expect(api.calls.slice(0, 2).map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(linked()).toEqual(ada);
  });

  test('429, which Twilio has not processed, without reading the participant', async () => {
    api.faults = [{ status: 429, code: 20429 }];
    await send();
    expect(api.calls.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  test('a conversation that is still initializing', async () => {
    api.initializing.add(sms.ConversationSid);
    api.faultOf = () => {
      if (api.calls.length === 2) api.initializing.clear();
      return undefined;
    };
    expect(await send()).toEqual(ok);
    expect(api.calls.slice(0, 3).map(({ outcome }) => outcome)).toEqual([409, 409, 200]);
    expect(linked()).toEqual(ada);
  });
});

describe('is answered 503, so that Twilio may send the event again, and is linked when all works again:', () => {
  afterEach(async () => {
    api.fault = undefined;
    // An instance whose calls were not answered makes none for a while.
    await send({ 'MessagingBinding.Address': '+15550000006' });
    expect(await send()).toEqual(ok);
    expect(linked()).toEqual(ada);
  });

  test.each<[string, Fault]>([
    ['429 for ever', { status: 429, code: 20429 }],
    ['500 for ever', { status: 500 }],
    ['a conversation that stays initializing', { status: 409, code: 50386 }],
    ['connections that drop', 'drop'],
  ])('%s, called with growing pauses, and not more and more often', async (_name, fault) => {
    api.fault = fault;
    expect(await send()).toEqual(failed(503, expect.stringContaining("Twilio's API")));
    expect(api.calls.length).toBeGreaterThanOrEqual(3);
    expect(api.calls.length).toBeLessThanOrEqual(7);
  });

  // The look-up leaves little time: how long calls may take is tested with conversations-api.
  test.each<Fault>(['hang', 'drip'])('an API that %ss', async (fault) => {
    api.fault = fault;
    const address = { 'MessagingBinding.Address': '+15550000005' };
    expect(await send(address)).toEqual(failed(503, expect.stringContaining("Twilio's API")));
    expect(api.calls).toHaveLength(1);
  });

  test.each([
    ['a CRM that hangs', '+15550000001'],
    ['a CRM that fails', '+15550000002'],
    ['a CRM that does not answer with a customer', '+15550000003'],
  ])('%s', async (_name, address) => {
    const answer = await send({ 'MessagingBinding.Address': address });
    expect(answer).toEqual(failed(503, expect.stringContaining('CRM_SOURCE file')));
    expect(api.calls).toEqual([]);
  });
});

describe('what is not transient', () => {
  test('a participant who left meanwhile is noted, and answered 200', async () => {
    expect(await send({ ParticipantSid: 'MB00000000000000000000000000000000' })).toEqual(ok);
    await runtime.logged(
      /onParticipantAdded \+3367•••1533 gone, or in another Conversations service: set CHAT_SERVICE_SID to that/,
    );
  });

  test.each([
    ['that the event names', SERVICE, /\+1555•••0007 gone customer_id="7"/],
    [
      'that is set, and may be the wrong one',
      undefined,
      /\+1555•••0007 gone, or in another .* customer_id="7"/,
    ],
  ])('a participant who is not in the service %s is noted so', async (_name, ChatServiceSid, line) => {
    const fields = { ChatServiceSid, 'MessagingBinding.Address': '+15550000007' };
    const event = JSON.parse(JSON.stringify({ ...now(), ...fields }));
    expect(await runtime.post(`${OF_SERVICE}/on-participant-added`, event)).toEqual(ok);
    await runtime.logged(line);
  });

  test.each([
    ['credentials that are refused', { status: 401, code: 20003 }],
    ['a permission that is missing', { status: 403, code: 20003 }],
    ['a call that is refused', { status: 400, code: 20001 }],
  ])('%s: 500 at once, after one call', async (_name, fault) => {
    api.fault = fault;
    expect(await send()).toEqual(failed(500, expect.stringContaining(String(fault.code))));
    expect(api.calls).toHaveLength(1);
    await runtime.logged(new RegExp(`Twilio's API: ${fault.status} \\(${fault.code}\\)`));
  });
});

test('no name, no full number, no text and no token gets into a log or an answer', () => {
  expect(runtime.log()).toContain('onParticipantAdded +3367•••1533 linked customer_id="C-1" source=file');
  expect(runtime.log()).not.toMatch(
    /Okafor|Number seven|\+33679571533|\+1555000000|Hello|c0ffee|example\.com/,
  );
});
