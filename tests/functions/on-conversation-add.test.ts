import fc from 'fast-check';
import { handler } from '../../functions/on-conversation-add.protected';
import { randomText } from '../../tools/measure/faults/random-text';
import group from '../fixtures/on-conversation-add.group-mms.json';
import sms from '../fixtures/on-conversation-add.json';
import { answerOf, captureLog, installRuntime, script } from '../helpers/in-process-runtime';

const ada = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: 'https://example.com/ada.png' };

let log: () => string[];
beforeEach(() => {
  installRuntime();
  script(async () => ada);
  log = captureLog();
});
afterEach(() => jest.restoreAllMocks());

/** Answers the captured event with other fields; `undefined` leaves a field out. */
const answer = (fields: Record<string, unknown> = {}, variables = {}) =>
  answerOf(handler, JSON.parse(JSON.stringify({ ...sms, ...fields })), {
    CRM_SOURCE: 'scripted',
    ...variables,
  });

describe('a customer who is known', () => {
  test('names the conversation, and adds the avatar to its attributes', async () => {
    expect(await answer({ Attributes: '{"campaign":"spring"}' })).toStrictEqual({
      friendly_name: 'Ada Okafor',
      attributes: '{"campaign":"spring","avatar":"https://example.com/ada.png"}',
    });
  });

  test('is found by a number without a country code, which is of the country of the number written to', async () => {
    script(async () => ({ ...ada, phone_numbers: ['06 79 57 15 33'] }));
    expect(await answer()).toMatchObject({ friendly_name: 'Ada Okafor' });
    expect(await answer({ 'MessagingBinding.ProxyAddress': '+14155550100' })).not.toHaveProperty(
      'attributes',
    );
  });

  test('is found in the embedded customers by default', async () => {
    const known = { 'MessagingBinding.Address': 'whatsapp:+14155550147' };
    expect(await answer(known, { CRM_SOURCE: undefined })).toStrictEqual({
      friendly_name: 'Ada Okafor',
      attributes: '{"avatar":"https://frontline-1234-dev.twil.io/avatars/ada.png"}',
    });
  });

  test('is found in the embedded customers by what that takes alone: all else would delay the first answer', async () => {
    const needed = ['/crm.js', '/address.js', '/frontline.js', '/event-log.js', '/crm/file.js'];
    const others = Object.keys(Runtime.getAssets()).filter(
      (path) => path.endsWith('.js') && !needed.includes(path),
    );
    installRuntime(Object.fromEntries(others.map((path) => [path, '/there/is/no/such/file.js'])));
    jest.resetModules();
    const known = { 'MessagingBinding.Address': '+14155550147' };
    expect(await answer(known, { CRM_SOURCE: undefined })).toMatchObject({ friendly_name: 'Ada Okafor' });
  });

  test('without an avatar leaves the attributes as they are', async () => {
    script(async () => ({ customer_id: 'C-1', display_name: 'Ada Okafor', avatar: null }));
    expect(await answer()).toStrictEqual({ friendly_name: 'Ada Okafor' });
  });

  test('without a name goes by number, with the avatar', async () => {
    script(async () => ({ customer_id: 'C-1', display_name: ' ', avatar: ada.avatar }));
    expect(await answer()).toStrictEqual({
      friendly_name: '+33679571533',
      attributes: '{"avatar":"https://example.com/ada.png"}',
    });
  });
});

describe('what is there already', () => {
  test.each(['Order 4711', '+1 is what we sell', 'Ana, +14155550147'])(
    'keeps the name %p that someone chose',
    async (FriendlyName) => {
      expect(await answer({ FriendlyName })).not.toHaveProperty('friendly_name');
      expect(await answer({ FriendlyName })).toHaveProperty('attributes');
    },
  );

  test.each([
    '+33679571533',
    'sms:+33679571533',
    'whatsapp:+14155550147',
    '+14155550147, +14155550148',
    '',
    ' ',
  ])('puts the customer in the place of the name %p, which is just an address', async (FriendlyName) => {
    expect(await answer({ FriendlyName })).toHaveProperty('friendly_name', 'Ada Okafor');
  });

  test('puts the customer in the place of a name that is their messenger address', async () => {
    const event = { FriendlyName: 'messenger:1002', 'MessagingBinding.Address': 'messenger:1002' };
    expect(await answer(event)).toHaveProperty('friendly_name', 'Ada Okafor');
  });

  test('keeps an avatar', async () => {
    const Attributes = '{"avatar":"https://example.com/other.png"}';
    expect(await answer({ Attributes })).toStrictEqual({ friendly_name: 'Ada Okafor' });
  });

  test.each([undefined, '', ' ', 'null', '{}'])('takes Attributes %p for none', async (Attributes) => {
    expect(await answer({ Attributes })).toHaveProperty(
      'attributes',
      '{"avatar":"https://example.com/ada.png"}',
    );
  });

  test.each(['[1]', '"text"', '1', 'true', '{"half":', ['{}', '{}']])(
    'leaves Attributes %p alone',
    async (Attributes) => {
      expect(await answer({ Attributes })).toStrictEqual({ friendly_name: 'Ada Okafor' });
    },
  );
});

describe('an answer that Twilio takes', () => {
  test('leaves out attributes that would pass 16 KB, in UTF-8', async () => {
    const room = 16 * 1024 - Buffer.byteLength('{"note":"","avatar":"https://example.com/ada.png"}');
    const fits = await answer({ Attributes: JSON.stringify({ note: `é${'x'.repeat(room - 2)}` }) });
    const tooLong = await answer({ Attributes: JSON.stringify({ note: `é${'x'.repeat(room - 1)}` }) });
    expect(Buffer.byteLength(fits.attributes)).toBe(16 * 1024);
    expect(tooLong).toStrictEqual({ friendly_name: 'Ada Okafor' });
  });

  test('cuts a name to 256 characters with an ellipsis', async () => {
    script(async () => ({ ...ada, display_name: 'x'.repeat(257) }));
    expect((await answer()).friendly_name).toBe(`${'x'.repeat(255)}…`);
    script(async () => ({ ...ada, display_name: 'x'.repeat(256) }));
    expect((await answer()).friendly_name).toBe('x'.repeat(256));
  });

  test('never cuts a surrogate pair', async () => {
    script(async () => ({ ...ada, display_name: `${'x'.repeat(254)}😀😀` }));
    expect((await answer()).friendly_name).toBe(`${'x'.repeat(254)}…`);
  });
});

describe('a customer who is not known', () => {
  test.each([
    ['+33679571533', '+33679571533'],
    ['whatsapp:+33679571533', '+33679571533'],
    ['messenger:1002003004', '1002003004'],
    ['ana@example.com', 'ana@example.com'],
  ])('at %s goes by %s', async (address, friendly_name) => {
    script(async () => undefined);
    expect(await answer({ 'MessagingBinding.Address': address })).toStrictEqual({ friendly_name });
  });
});

describe('a sender by e-mail who is not known', () => {
  const email = {
    'MessagingBinding.Address': 'fay@example.com',
    'MessagingBinding.Name': 'Fay\u0000 Weldon ',
  };

  test('goes by the name that Twilio sends', async () => {
    script(async () => undefined);
    expect(await answer(email)).toStrictEqual({ friendly_name: 'Fay Weldon' });
    expect(await answer({ ...email, 'MessagingBinding.Name': ' ' })).toStrictEqual({
      friendly_name: 'fay@example.com',
    });
  });

  test('goes by the address if the CRM failed, so that the name can heal', async () => {
    script(() => Promise.reject());
    expect(await answer(email)).toStrictEqual({ friendly_name: 'fay@example.com' });
    expect(log()).toEqual([expect.stringContaining('CRM failed (CRM_SOURCE scripted: no reason)')]);
  });

  test('has no such name by SMS', async () => {
    script(async () => undefined);
    expect(await answer({ 'MessagingBinding.Name': 'Fay' })).toStrictEqual({ friendly_name: '+33679571533' });
  });
});

describe('a CRM that fails', () => {
  // Each test begins with a CRM that is asked.
  afterEach(() => jest.resetModules());
  const byNumber = { friendly_name: '+33679571533' };

  test('lets the customer go by number', async () => {
    script(async () => Promise.reject(new Error('HTTP 500')));
    expect(await answer()).toStrictEqual(byNumber);
    script(() => {
      throw new Error('HTTP 500');
    });
    expect(await answer()).toStrictEqual(byNumber);
  });

  test('is not waited for when it is too slow', async () => {
    script(() => new Promise(() => undefined));
    expect(await answer({}, { CRM_TIMEOUT_MS: '50' })).toStrictEqual(byNumber);
  });

  test('is tried for a quarter of a second once it does not answer, since a message waits', async () => {
    script(() => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
    for (let i = 0; i < 2; i++) await answer();
    const pauseIsOver = Date.now() + 1300;
    jest.spyOn(Date, 'now').mockReturnValue(pauseIsOver);
    const timer = jest.spyOn(globalThis, 'setTimeout');
    script(() => new Promise(() => undefined));
    expect(await answer()).toStrictEqual(byNumber);
    const limits = timer.mock.calls.map(([, delay = 0]) => Math.round(delay / 10) * 10);
    expect(limits).toEqual([250]);
  });

  test('of an unknown name lets the customer go by number', async () => {
    expect(await answer({}, { CRM_SOURCE: 'hubspott' })).toStrictEqual(byNumber);
  });

  test('with its compiled customers missing lets the customer go by number', async () => {
    installRuntime({ '/customers.json': undefined });
    expect(await answer({}, { CRM_SOURCE: 'file' })).toStrictEqual(byNumber);
  });

  test('with the whole mapping missing leaves the conversation as it is', async () => {
    installRuntime({ '/crm.js': undefined });
    expect(await answer()).toStrictEqual({});
  });
});

describe('an event that is none of ours', () => {
  test.each([['onMessageAdd'], ['onParticipantAdded'], [undefined], [''], [['onConversationAdd', 'x']]])(
    'of type %p is answered {}, and the log says what to untick',
    async (EventType) => {
      expect(await answer({ EventType })).toStrictEqual({});
      expect(log()).toEqual([expect.stringContaining('untick')]);
      if (EventType === 'onMessageAdd') expect(log()[0]).toContain('onMessageAdd');
    },
  );

  test.each([undefined, '', ' ', ['+33679571533', '+33679571534']])(
    'with the address %p is answered {}',
    async (address) => {
      expect(await answer({ 'MessagingBinding.Address': address })).toStrictEqual({});
    },
  );
});

describe('group MMS', () => {
  const people: Record<string, object> = {
    '+14155550101': { customer_id: 'C-1', display_name: 'Ada', avatar: 'https://example.com/ada.png' },
    '+14155550102': { customer_id: 'C-2', display_name: 'Luca' },
    '+14155550103': { customer_id: 'C-3', display_name: 'Mina' },
    '+14155550199': { customer_id: 'us', display_name: 'Our own number' },
  };
  const answerGroup = (known: string[], fields = {}) => {
    script(async ({ value }) => (known.includes(value) ? (people[value] as never) : undefined));
    return answer({ 'MessagingBinding.ProxyAddress': undefined, ...group, ...fields });
  };

  test('is named after all who are known, the author first, without an avatar', async () => {
    expect(await answerGroup(Object.keys(people))).toStrictEqual({ friendly_name: 'Ada, Luca, Mina' });
  });

  test('has an unknown author by number, and leaves out others who are unknown', async () => {
    expect(await answerGroup(['+14155550103'])).toStrictEqual({ friendly_name: '+14155550101, Mina' });
    expect(await answerGroup([])).toStrictEqual({ friendly_name: '+14155550101' });
  });

  test('leaves out our own number if it is sent as ProxyAddress, and who is listed twice', async () => {
    const fields = {
      'MessagingBinding.ProjectedAddress': undefined,
      'MessagingBinding.ProxyAddress': '+14155550199',
      'MessagingBinding.Address': '+14155550102, +14155550199, +14155550102,,+14155550101',
    };
    expect(await answerGroup(Object.keys(people), fields)).toStrictEqual({ friendly_name: 'Ada, Luca' });
  });

  test('reads numbers without a country code in the country of ProjectedAddress', async () => {
    const phone_numbers = ['(415) 555-0101'];
    script(async () => ({ customer_id: 'C-1', display_name: 'Ada', phone_numbers }));
    const fields = { 'MessagingBinding.ProxyAddress': undefined, ...group };
    expect(await answer(fields)).toStrictEqual({ friendly_name: 'Ada' });
    expect(await answer({ ...fields, 'MessagingBinding.ProxyAddress': '' })).toStrictEqual({
      friendly_name: 'Ada',
    });
    expect(await answer({ ...fields, 'MessagingBinding.ProjectedAddress': '+33140205050' })).toStrictEqual({
      friendly_name: '+14155550101',
    });
  });

  test('names a customer with two numbers once', async () => {
    script(async () => ({ customer_id: 'C-1', display_name: 'Ada' }));
    expect(await answer({ ...group })).toStrictEqual({ friendly_name: 'Ada' });
  });

  test('names those members whom the CRM finds in time', async () => {
    script(async ({ value }) =>
      value === '+14155550102' ? new Promise(() => undefined) : (people[value] as never),
    );
    expect(await answer({ ...group }, { CRM_TIMEOUT_MS: '50' })).toStrictEqual({
      friendly_name: 'Ada, Mina',
    });
  });

  test('is a group also if only who wrote is named, or only addresses', async () => {
    const ada = { friendly_name: 'Ada' };
    expect(await answerGroup(['+14155550101'], { 'MessagingBinding.Address': undefined })).toStrictEqual(ada);
    const addresses = { 'MessagingBinding.Address': '+14155550101,+14155550102' };
    const noAuthor = { 'MessagingBinding.AuthorAddress': undefined, ...addresses };
    expect(await answerGroup(['+14155550101', '+14155550102'], noAuthor)).toStrictEqual({
      friendly_name: 'Ada, Luca',
    });
  });

  test('is looked up a few members at a time', async () => {
    let now = 0;
    let most = 0;
    script(async () => {
      most = Math.max(most, ++now);
      await new Promise((done) => setTimeout(done, 5));
      now--;
      return undefined;
    });
    const many = Array.from({ length: 9 }, (_, i) => `+1415555020${i}`).join();
    await answer({ ...group, 'MessagingBinding.Address': many });
    expect(most).toBe(3);
  });

  test('looks up no more members than group MMS can have', async () => {
    const find = jest.fn(async () => undefined);
    script(find);
    const many = Array.from({ length: 5000 }, (_, i) => `+1415${5550000 + i}`).join(',');
    await answer({ ...group, 'MessagingBinding.Address': many });
    expect(find).toHaveBeenCalledTimes(10);
  });
});

describe('the log', () => {
  test('has one line for an event, with nothing personal in it', async () => {
    await answer();
    expect(log()).toEqual([
      expect.stringMatching(
        /^onConversationAdd \+3367•••1533 known customer_id="C-1" source=scripted \d+ ms$/,
      ),
    ]);
  });

  test('says that the CRM failed even if it has found other members', async () => {
    script(async ({ value }) => (value === '+14155550102' ? Promise.reject(new Error('HTTP 500')) : ada));
    await answer({ ...group });
    expect(log()).toEqual([
      expect.stringMatching(/ CRM failed \(CRM_SOURCE scripted: HTTP 500\) customer_id="C-1" /),
    ]);
  });

  test('says what failed, without what the error holds of a person', async () => {
    script(async () => Promise.reject(new Error('no +33679571533 (0679 57 15 33, ada@example.com) there')));
    await answer();
    expect(log()).toEqual([expect.stringContaining('CRM failed (CRM_SOURCE scripted: no •••, ••• there)')]);
  });
});

test('whatever fields an event has, it is answered once, with an object that JSON can hold, in time', async () => {
  const name = fc.constantFrom(
    ...Object.keys(sms),
    ...Object.keys(group),
    'FriendlyName',
    '__proto__',
    'toString',
  );
  const value = fc.oneof(
    fc.constantFrom(
      ...Object.values(sms),
      ...Object.values(group),
      '',
      'null',
      '[]',
      '{"avatar":1}',
      '{"__proto__":1}',
    ),
    randomText(20),
    fc.json(),
    fc.jsonValue(),
    fc.emailAddress(),
  );
  const known = fc.oneof(fc.constant(undefined), fc.constant(ada), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, value)),
      known,
      fc.boolean(),
      async (fields, customer, fails) => {
        script(async () => (fails ? Promise.reject(customer) : (customer as never)));
        const event = { ...sms, ...Object.fromEntries(fields) };
        const properties = await answerOf(handler, event, { CRM_SOURCE: 'scripted', CRM_TIMEOUT_MS: '1000' });
        expect(JSON.parse(JSON.stringify(properties))).toStrictEqual(properties);
        expect((properties.friendly_name ?? '').length).toBeLessThanOrEqual(256);
        expect(Buffer.byteLength(properties.attributes ?? '')).toBeLessThanOrEqual(16 * 1024);
      },
    ),
    { numRuns: 300 },
  );
});
