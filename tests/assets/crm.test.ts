import {
  conversationAttributes,
  eventLog,
  findCustomer,
  parseAddress,
  parseAttributes,
  participantAttributes,
  reasonOf,
} from '../../assets/crm.private';
import { captureLog, contextOf, installRuntime, script } from '../helpers/in-process-runtime';

const ada = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: 'https://example.com/ada.png' };
const address = parseAddress('whatsapp:+15551230123') ?? fail();

let log: () => string[];
beforeEach(() => {
  installRuntime();
  log = captureLog();
});
afterEach(() => jest.restoreAllMocks());

const find = (variables: Record<string, unknown> = {}, startedAt = performance.now()) =>
  findCustomer(address, contextOf({ CRM_SOURCE: 'scripted', ...variables }), startedAt);

describe('an address', () => {
  test.each([
    ['+15551234567', { channel: 'sms', value: '+15551234567', key: '+15551234567' }],
    ['whatsapp:+15551234567', { channel: 'whatsapp', value: '+15551234567', key: '+15551234567' }],
    ['rcs:+15551234567', { channel: 'rcs', value: '+15551234567', key: '+15551234567' }],
    ['messenger:1002003004', { channel: 'messenger', value: '1002003004', key: 'messenger:1002003004' }],
    ['Messenger:AbC', { channel: 'messenger', value: 'AbC', key: 'messenger:AbC' }],
    ['Ana@Example.com', { channel: 'email', value: 'Ana@Example.com', key: 'email:ana@example.com' }],
    ['email:Ana@Example.com', { channel: 'email', value: 'Ana@Example.com', key: 'email:ana@example.com' }],
    ['12345', { channel: 'sms', value: '12345', key: 'sms:12345' }],
    [' +15551234567 ', { channel: 'sms', value: '+15551234567', key: '+15551234567' }],
  ])('%s is taken apart', (text, parts) => {
    expect(parseAddress(text)).toEqual(parts);
  });

  test('of a Mexican mobile is one, with and without the 1 that WhatsApp writes', () => {
    expect(parseAddress('whatsapp:+5215512345678')).toMatchObject({
      value: '+5215512345678',
      key: '+525512345678',
    });
    expect(parseAddress('+525512345678')).toMatchObject({ key: '+525512345678' });
  });

  test.each([undefined, null, '', '  ', 15551234567, ['+15551234567'], {}])(
    'is none where the field is %p',
    (field) => {
      expect(parseAddress(field)).toBeUndefined();
    },
  );
});

describe('a CRM source', () => {
  test('gets the address, the environment, a signal and the time left', async () => {
    let timeLeft = 0;
    const source = jest.fn(async (_address, _context, _signal, timeLeftMs) => {
      timeLeft = timeLeftMs();
      return ada;
    });
    script(source);
    await find({ MY_CRM_TOKEN: 'secret', CRM_TIMEOUT_MS: '2000' }, performance.now() - 1000);
    expect(Math.round(timeLeft / 500) * 500).toBe(1000);
    expect(source).toHaveBeenCalledWith(
      address,
      expect.objectContaining({ MY_CRM_TOKEN: 'secret' }),
      expect.any(AbortSignal),
      expect.any(Function),
    );
  });

  test.each([undefined, ''])('is the embedded default where CRM_SOURCE is %p', async (CRM_SOURCE) => {
    expect(await find({ CRM_SOURCE })).toBeUndefined();
    expect(
      await findCustomer(parseAddress('+14155550147') ?? fail(), contextOf(), performance.now()),
    ).toMatchObject({
      customer_id: 'C-1001',
    });
  });

  test.each(['hubspott', '../crm', '__proto__'])(
    'of the unknown name %s is an error that lists the names',
    async (CRM_SOURCE) => {
      await expect(find({ CRM_SOURCE })).rejects.toThrow(
        `CRM_SOURCE ${CRM_SOURCE}: there is no such source; there are: file, hubspot, salesforce, airtable, http, sync, scripted`,
      );
    },
  );

  test('is loaded when it is needed, and no other', async () => {
    installRuntime({ '/crm/broken.js': '/there/is/no/such/file.js' });
    script(async () => ada);
    expect(await find()).toEqual(ada);
    await expect(find({ CRM_SOURCE: 'broken' })).rejects.toThrow('CRM_SOURCE broken: Cannot find module');
  });

  test('leaves no timer behind when it has answered', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    script(async () => ada);
    await find();
    expect(timers()).toBe(before);
  });

  test('is told when the time is up, and not waited for', async () => {
    let aborted = false;
    script((_address, _context, signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => undefined);
    });
    await expect(find({ CRM_TIMEOUT_MS: '30' })).rejects.toThrow('CRM_SOURCE scripted: no answer in time');
    expect(aborted).toBe(true);
  });

  test('that fails after its time was up disturbs nobody', async () => {
    script((_address, _context, signal) => {
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    });
    await expect(find({ CRM_TIMEOUT_MS: '30' })).rejects.toThrow('no answer in time');
  });

  test.each([
    ['', 3000],
    [undefined, 3000],
    ['soon', 3000],
    ['-1', 3000],
    ['1500', 1500],
    ['4000', 4000],
    ['9999', 4000],
  ])('has, where CRM_TIMEOUT_MS is %p, %p ms from the start of the event', async (CRM_TIMEOUT_MS, ms) => {
    const timer = jest.spyOn(globalThis, 'setTimeout');
    script(async () => ada);
    await find({ CRM_TIMEOUT_MS }, performance.now() - 1000);
    const given = timer.mock.calls.map(([, delay]) => delay ?? 0);
    expect(given).toEqual([expect.any(Number)]);
    expect(Math.round((given[0] ?? 0) / 500) * 500).toBe(ms - 1000);
  });
});

describe('a customer', () => {
  test.each([
    [7, '7'],
    [0, '0'],
    ['C-1', 'C-1'],
  ])('with the customer_id %p has it as text', async (customer_id, id) => {
    script(async () => ({ customer_id }));
    expect(await find()).toEqual({ customer_id: id });
  });

  test.each([undefined, null, '', ' ', {}, true])(
    'with the customer_id %p is an error of the CRM',
    async (customer_id) => {
      script(async () => ({ customer_id }) as never);
      await expect(find()).rejects.toThrow('CRM_SOURCE scripted: the customer found has no customer_id');
    },
  );

  test.each(['text', 5, ['text'], [{}], [ada, {}]])('that is %p is an error of the CRM', async (answer) => {
    script(async () => answer as never);
    await expect(find()).rejects.toThrow('CRM_SOURCE scripted:');
  });

  test.each([undefined, null, []])('that is %p is not known', async (answer) => {
    script(async () => answer as never);
    expect(await find()).toBeUndefined();
  });

  test.each([
    ['https://example.com/ada.png', 'my-1234.twil.io', 'https://example.com/ada.png'],
    ['http://example.com/ada.png', 'my-1234.twil.io', 'http://example.com/ada.png'],
    ['/avatars/ada.png', 'my-1234.twil.io', 'https://my-1234.twil.io/avatars/ada.png'],
    ['/avatars/ada.png', 'localhost:3000', 'http://localhost:3000/avatars/ada.png'],
    ['/avatars/ada.png', 'localhost', 'http://localhost/avatars/ada.png'],
    ['/avatars/ada.png', 'localhost.example.com', 'https://localhost.example.com/avatars/ada.png'],
    ['/avatars/Ada Okafor.png', 'my-1234.twil.io', 'https://my-1234.twil.io/avatars/Ada%20Okafor.png'],
  ])('with the avatar %s on %s has %s', async (avatar, DOMAIN_NAME, url) => {
    script(async () => ({ ...ada, avatar }));
    expect((await find({ DOMAIN_NAME }))?.avatar).toBe(url);
    expect(log()).toEqual([]);
  });

  test.each([
    ['avatars/ada.png', 'my-1234.twil.io'],
    ['data:image/png;base64,AA', 'my-1234.twil.io'],
    ['javascript:alert(1)', 'my-1234.twil.io'],
    ['/avatars/ada.png', undefined],
    [5, 'my-1234.twil.io'],
  ])('with the avatar %p on %p goes without, and the log warns', async (avatar, DOMAIN_NAME) => {
    script(async () => ({ ...ada, avatar }) as never);
    expect(await find({ DOMAIN_NAME })).toEqual({ customer_id: 'C-1', display_name: 'Ada Okafor' });
    expect(log()).toEqual(['customer_id "C-1": avatar left out, it is no http(s) URL']);
  });
});

describe('several customers', () => {
  test('with one customer_id are one customer', async () => {
    script(async () => [{ ...ada, customer_id: 7 }, { customer_id: '7' }]);
    expect(await find()).toEqual({ ...ada, customer_id: '7' });
    expect(log()).toEqual([]);
  });

  test('with different ones are none, and the log says so, with the masked address and their ids', async () => {
    script(async () => [ada, { ...ada, customer_id: 'C-2' }, ada]);
    expect(await find()).toBeUndefined();
    expect(log()).toEqual([
      'whatsapp:+1555•••0123 is ambiguous: customer_id "C-1", "C-2" have it, none is taken',
    ]);
  });
});

describe('attributes', () => {
  test.each([undefined, '', ' ', 'null', '{}'])('%p are none', (json) => {
    expect(parseAttributes(json)).toEqual({});
  });

  test.each(['[]', '1', '"a"', '{', 'undefined'])('%p are no JSON object', (json) => {
    expect(parseAttributes(json)).toBeUndefined();
  });

  test('keep what is there, down to a name like __proto__', () => {
    const json = '{"__proto__":{"customer_id":"C-9"},"role":"payer"}';
    expect(participantAttributes(parseAttributes(json) ?? fail(), { customer_id: 'C-1' })).toBe(
      '{"__proto__":{"customer_id":"C-9"},"role":"payer","customer_id":"C-1"}',
    );
    expect(conversationAttributes(json, ada)).toContain('"__proto__":{"customer_id":"C-9"},"role":"payer"');
  });
});

describe('the log', () => {
  test.each([
    ['+15551230123', '+1555•••0123'],
    ['whatsapp:+15551230123', 'whatsapp:+1555•••0123'],
    ['+3212345678', '•••'],
    ['messenger:1002003004', 'messenger:•••'],
    ['ana.okafor@example.com', 'email:•••'],
    ['AdaOkafor', '•••'],
  ])('shows %s as %s', (text, masked) => {
    eventLog('onConversationAdd', {}, performance.now()).info('unknown', [parseAddress(text) ?? fail()]);
    expect(log()).toEqual([expect.stringMatching(/^onConversationAdd \S+ unknown source=file \d+ ms$/)]);
    expect(log()[0]?.split(' ')[1]).toBe(masked);
  });

  test('shows nothing of malformed JSON, numbers or e-mail addresses that an error quotes', () => {
    const malformed = (() => {
      try {
        return JSON.parse('{"name":"Ada Okafor"');
      } catch (error) {
        return error;
      }
    })();
    expect(reasonOf(malformed)).toBe('malformed JSON');
    expect(reasonOf(new Error('GET https://crm.example/?phone=+15551230123 failed'))).not.toContain('0123');
    expect(reasonOf(new Error('no (555) 123-0123'))).not.toContain('0123');
    expect(reasonOf(new Error('no ada@example.com\nat /var/task'))).toBe('no •••');
    expect(reasonOf('HTTP 500')).toBe('HTTP 500');
  });
});

function fail(): never {
  throw new Error('no address');
}
