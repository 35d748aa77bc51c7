import { readdirSync } from 'node:fs';
import { getPathAndAccessFromFileInfo } from '@twilio-labs/serverless-api/dist/utils/fs';
import type { Address } from '../../assets/address.private';
import { findCustomer, type LookUp, parseAddress } from '../../assets/crm.private';
import { captureLog, contextOf, installRuntime, script } from '../helpers/in-process-runtime';

const ada = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: 'https://example.com/ada.png' };
const address = parseAddress('whatsapp:+14155550123') ?? fail();

let log: () => string[];
beforeEach(() => {
  installRuntime();
  log = captureLog();
});
afterEach(() => jest.restoreAllMocks());

const find = (variables: Record<string, unknown> = {}, startedAt = performance.now()) =>
  findCustomer(address, contextOf({ CRM_SOURCE: 'scripted', ...variables }), { startedAt });

describe('a CRM source', () => {
  const names = readdirSync('assets/crm').map((file) => file.replace('.private.ts', ''));

  test('gets the address, the environment, a signal and the time left', async () => {
    let timeLeft = 0;
    const source = jest.fn(async (_address: Address, lookUp: LookUp) => {
      timeLeft = lookUp.timeLeftMs();
      return ada;
    });
    script(source);
    await find({ MY_CRM_TOKEN: 'secret', CRM_TIMEOUT_MS: '2000' }, performance.now() - 1000);
    expect(Math.round(timeLeft / 500) * 500).toBe(1000);
    expect(source).toHaveBeenCalledWith(
      address,
      expect.objectContaining({
        context: expect.objectContaining({ MY_CRM_TOKEN: 'secret' }),
        settings: {},
        signal: expect.any(AbortSignal),
      }),
    );
  });

  test.each([undefined, ''])('is the embedded default if CRM_SOURCE is %p', async (CRM_SOURCE) => {
    expect(await find({ CRM_SOURCE })).toBeUndefined();
    expect(
      await findCustomer(parseAddress('+14155550147') ?? fail(), contextOf(), {
        startedAt: performance.now(),
      }),
    ).toMatchObject({
      customer_id: 'C-1001',
    });
  });

  test.each(['hubspott', '../crm', '__proto__'])(
    'of the unknown name %s is an error that lists the names',
    async (CRM_SOURCE) => {
      await expect(find({ CRM_SOURCE })).rejects.toThrow(
        `CRM_SOURCE ${CRM_SOURCE}: there is no such source; there are: ${names.join(', ')}, scripted`,
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

  test('that fails has its error kept as the cause, for whoever writes a source', async () => {
    const cause = new Error('it broke, at +14155550123');
    script(async () => {
      throw cause;
    });
    const error: Error = await find().then(fail, (thrown) => thrown);
    expect(error.message).toBe('CRM_SOURCE scripted: it broke, at •••');
    expect(error.cause).toBe(cause);
  });

  test.each([
    [undefined, 'no reason'],
    ['it broke', 'it broke'],
  ])('that fails with %p fails like any other', async (reason, words) => {
    script(() => Promise.reject(reason));
    await expect(find()).rejects.toThrow(`CRM_SOURCE scripted: ${words}`);
  });

  test('is told when the time is up, and not waited for', async () => {
    let aborted = false;
    script((_address, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => undefined);
    });
    await expect(find({ CRM_TIMEOUT_MS: '30' })).rejects.toThrow('CRM_SOURCE scripted: no answer in time');
    expect(aborted).toBe(true);
  });

  test('that has not answered is told that it has less time the next time', async () => {
    script(() => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
    await expect(find()).rejects.toThrow('refused');
    let timeLeft = 0;
    script(async (_address, lookUp) => {
      timeLeft = lookUp.timeLeftMs();
      return ada;
    });
    expect(await find()).toEqual(ada);
    expect(Math.round(timeLeft / 500) * 500).toBe(1000);
  });

  test('that fails after its time was up disturbs nobody', async () => {
    script((_address, { signal }) => {
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
    ['3500', 3500],
    ['9999', 3500],
  ])('has, if CRM_TIMEOUT_MS is %p, %p ms from the start of the event', async (CRM_TIMEOUT_MS, ms) => {
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
    ['C-1', 'C-1'],
  ])('with the customer_id %p has it as text', async (customer_id, id) => {
    script(async () => ({ customer_id }));
    expect(await find()).toEqual({ customer_id: id });
  });

  test.each([2 ** 53, Number.POSITIVE_INFINITY, 1.5])(
    'with the customer_id %p, which may be that of somebody else, is an error of the CRM',
    async (customer_id) => {
      script(async () => ({ customer_id }));
      await expect(find()).rejects.toThrow('not exact as a number: answer it as text');
    },
  );

  test('has a name without control characters', async () => {
    script(async () => ({ customer_id: 'C-1', display_name: 'Ada\u0007\r\nOkafor' }));
    expect(await find()).toEqual({ customer_id: 'C-1', display_name: 'Ada Okafor' });
  });

  test.each([
    undefined,
    null,
    '',
    ' ',
    {},
    true,
    0,
    -1,
    '0',
    '-1',
    'NULL',
    '#N/A',
    'Err:502',
    'n/a ',
    '[object Object]',
  ])('with the customer_id %p is an error of the CRM', async (customer_id) => {
    script(async () => ({ customer_id }));
    await expect(find()).rejects.toThrow('CRM_SOURCE scripted: the customer found has no customer_id');
  });

  test('with an ID that nobody can have is an error of the CRM', async () => {
    script(async () => ({ ...ada, customer_id: 'C'.repeat(513) }));
    await expect(find()).rejects.toThrow('has a customer_id of over 512 characters');
  });

  test.each(['text', 5, ['text'], [{}], [ada, {}]])('that is %p is an error of the CRM', async (answer) => {
    script(async () => answer);
    await expect(find()).rejects.toThrow('CRM_SOURCE scripted:');
  });

  test.each([undefined, null, []])('that is %p is not known', async (answer) => {
    script(async () => answer);
    expect(await find()).toBeUndefined();
  });

  test.each([
    ['https://example.com/ada.png', 'my-1234.twil.io', 'https://example.com/ada.png'],
    ['http://example.com/ada.png', 'my-1234.twil.io', 'http://example.com/ada.png'],
    ['/avatars/ada.png', 'my-1234.twil.io', 'https://my-1234.twil.io/avatars/ada.png'],
    ['/avatars/ada.png', 'localhost:3000', 'http://localhost:3000/avatars/ada.png'],
    ['/avatars/ada.png', 'localhost', 'http://localhost/avatars/ada.png'],
    ['/avatars/ada.png', 'localhost.example.com', 'https://localhost.example.com/avatars/ada.png'],
    ['/avatars/Ada Okafor.png', 'my-1234.twil.io', 'https://my-1234.twil.io/avatars/Ada-Okafor.png'],
    ['https://example.com/Ada Okafor.png', 'my-1234.twil.io', 'https://example.com/Ada%20Okafor.png'],
  ])('with the avatar %s on %s has %s', async (avatar, DOMAIN_NAME, url) => {
    script(async () => ({ ...ada, avatar }));
    expect((await find({ DOMAIN_NAME }))?.avatar).toBe(url);
    expect(log()).toEqual([]);
  });

  test('with the path of an avatar has the URL at which Twilio puts that file', async () => {
    const { path } = getPathAndAccessFromFileInfo({ name: 'avatars/Ada  Okafor.png', path: '' });
    script(async () => ({ ...ada, avatar: '/avatars/Ada  Okafor.png' }));
    expect((await find({ DOMAIN_NAME: 'localhost' }))?.avatar).toBe(`http://localhost${path}`);
  });

  test.each([
    ['avatars/ada.png', 'my-1234.twil.io'],
    ['data:image/png;base64,AA', 'my-1234.twil.io'],
    ['javascript:alert(1)', 'my-1234.twil.io'],
    ['/avatars/ada.png', undefined],
    [5, 'my-1234.twil.io'],
  ])('with the avatar %p on %p goes without, and the log warns', async (avatar, DOMAIN_NAME) => {
    script(async () => ({ ...ada, avatar }));
    expect(await find({ DOMAIN_NAME })).toEqual({ customer_id: 'C-1', display_name: 'Ada Okafor' });
    expect(log()).toEqual(['customer_id "C-1": avatar left out, it is not an http(s) URL']);
  });
});

describe('a customer with phone numbers as they are written in the CRM', () => {
  test.each([
    [['+1 (415) 555-0123'], undefined],
    [['(415) 555-0123'], 'US'],
    [[null, 5, '14155550123'], undefined],
    [[['+14155550123', 'Fax'], []], undefined],
  ])('is taken if the address is one of %j', async (phone_numbers, CRM_DEFAULT_COUNTRY) => {
    script(async () => ({ ...ada, phone_numbers }));
    expect(await find({ CRM_DEFAULT_COUNTRY })).toEqual(ada);
  });

  test('alone has what reads numbers loaded', async () => {
    installRuntime({ '/phone-numbers.js': '/there/is/no/such/file.js' });
    script(async () => [ada]);
    expect(await find()).toEqual(ada);
    script(async () => [{ ...ada, phone_numbers: ['+14155550123'] }]);
    await expect(find()).rejects.toThrow('Cannot find module');
  });

  test.each([[[]], [['+1 415 555 0124']], [['(415) 555-0123']], [[null, {}]]])(
    'is left out if the address is none of %j',
    async (phone_numbers) => {
      script(async () => [{ customer_id: 'C-2', phone_numbers }]);
      expect(await find()).toBeUndefined();
      script(async () => [{ customer_id: 'C-2', phone_numbers }, ada]);
      expect(await find()).toEqual(ada);
    },
  );

  test.each([[[]], [['+1 415 555 0124']]])(
    'is left out if only mobile numbers are given, and the address is none of %j',
    async (mobile_numbers) => {
      script(async () => [{ customer_id: 'C-2', mobile_numbers }]);
      expect(await find()).toBeUndefined();
    },
  );
});

test('numbers that look like the one asked for are read up to a limit', async () => {
  const phone_numbers = Array(50).fill('9990123,'.repeat(31));
  script(async () => [{ ...ada, phone_numbers: [...phone_numbers.slice(0, 5), '+14155550123'] }]);
  expect(await find()).toEqual(ada);
  script(async () => [{ ...ada, phone_numbers }]);
  await expect(find()).rejects.toThrow('too many numbers were found that end like the one asked for');
});

test('somebody who is found by an e-mail address may have any number', async () => {
  script(async () => ({ ...ada, phone_numbers: ['+14155550199'] }));
  const byEmail = parseAddress('ada@example.com') ?? fail();
  const context = contextOf({ CRM_SOURCE: 'scripted' });
  expect(await findCustomer(byEmail, context, { startedAt: performance.now() })).toEqual(ada);
});

describe('a number without a country code', () => {
  const findAfter = (proxyAddress: unknown, variables: object = {}) =>
    findCustomer(address, contextOf({ CRM_SOURCE: 'scripted', ...variables }), {
      startedAt: performance.now(),
      proxyAddress,
    });

  test.each([
    ['+18335550100', undefined, true],
    ['whatsapp:+18335550100', undefined, true],
    ['+33140205050', undefined, false],
    ['+33140205050', 'US', true],
    ['+18335550100', 'FR', false],
    ['12345', undefined, false],
    ['messenger:1002003004', undefined, false],
    [['+18335550100'], undefined, false],
    [undefined, undefined, false],
  ])('is read after a message to %p, with CRM_DEFAULT_COUNTRY %p: %p', async (proxy, country, isFound) => {
    script(async () => ({ ...ada, phone_numbers: ['(415) 555-0123'] }));
    expect(await findAfter(proxy, { CRM_DEFAULT_COUNTRY: country })).toEqual(isFound ? ada : undefined);
  });

  test('beside the same digits with one is ambiguous if nothing tells them apart', async () => {
    const eve = { customer_id: 'C-2', display_name: 'Eve', phone_numbers: ['+1 415 555 0123'] };
    script(async () => [{ ...ada, phone_numbers: ['(415) 555-0123'] }, eve]);
    expect(await findAfter('+18335550100')).toBeUndefined();
    expect(log().join()).toContain('is ambiguous');
    // Written to in France, only one of them has the number.
    expect(await findAfter('+33140205050')).toMatchObject({ customer_id: 'C-2' });
  });
});

describe('several customers', () => {
  const number = '+1 415 555 0123';
  const eve = { customer_id: 'C-2', display_name: 'Eve' };

  test('are the one whose mobile number it is, before others who have it as a landline', async () => {
    script(async () => [
      { ...eve, phone_numbers: [number], mobile_numbers: ['+1 415 555 0124'] },
      { ...ada, phone_numbers: [], mobile_numbers: [null, number] },
    ]);
    expect(await find()).toEqual(ada);
    script(async () => [
      { ...eve, mobile_numbers: [number] },
      { ...ada, mobile_numbers: [number] },
    ]);
    expect(await find()).toBeUndefined();
  });

  test('are the one of the lowest rank who has the number', async () => {
    script(async () => [
      { ...eve, rank: 1, mobile_numbers: [number] },
      { ...ada, phone_numbers: [[number]] },
      { customer_id: 'C-3', rank: 0, phone_numbers: ['+1 415 555 0124'] },
    ]);
    expect(await find()).toEqual(ada);
    script(async () => [
      { ...eve, rank: 2 },
      { ...ada, rank: 1 },
    ]);
    expect(await find()).toEqual(ada);
    script(async () => ({ ...ada, rank: 'gold' }));
    expect(await find()).toEqual(ada);
  });

  test('are an error of the CRM if there are more than 500', async () => {
    script(async () => Array(500).fill(ada));
    expect(await find()).toEqual(ada);
    script(async () => Array(501).fill(ada));
    await expect(find()).rejects.toThrow('more than 500 customers were found by one address');
  });

  test('with one customer_id are one customer', async () => {
    script(async () => [{ ...ada, customer_id: 7 }, { customer_id: '7' }]);
    expect(await find()).toEqual({ ...ada, customer_id: '7' });
    expect(log()).toEqual([]);
  });

  test('with one customer_id have all that is known of it', async () => {
    script(async () => [{ customer_id: 'C-1', display_name: '' }, { ...ada, avatar: null }, ada]);
    expect(await find()).toEqual(ada);
  });

  test('with one customer_id and the names of several people show none of them', async () => {
    script(async () => [ada, { ...ada, display_name: 'Ben Ali', avatar: 'https://example.com/ben.png' }]);
    expect(await find()).toEqual({ customer_id: ada.customer_id });
    const called = (...names: string[]) => names.map((display_name) => ({ ...ada, display_name }));
    script(async () => called('Ada', 'Ada Okafor', 'Ada Smith'));
    expect(await find()).toEqual({ customer_id: ada.customer_id });
    script(async () => called('Ada Okafor', 'Dr. Ada Okafor', 'Ada N. Okafor'));
    expect(await find()).toMatchObject({ display_name: 'Ada Okafor' });
    script(async () => called('Okafor', 'Ada', 'Ada Okafor', 'Ada Okafor!'));
    expect(await find()).toMatchObject({ display_name: 'Okafor' });
    script(async () => [{ ...ada, display_name: 'OKAFOR, Adá M.' }, ada]);
    expect(await find()).toMatchObject({ display_name: 'OKAFOR, Adá M.' });
  });

  test('have their names compared as far as names go', async () => {
    const name = `a${'\u0301\u0316'.repeat(100_000)}`;
    script(async () => [
      { ...ada, display_name: name },
      { ...ada, display_name: `${name} b` },
    ]);
    expect(await find()).toMatchObject({ customer_id: ada.customer_id });
  });

  test('with one customer_id, but for spaces around it, are one customer', async () => {
    script(async () => [{ ...ada, customer_id: ` ${ada.customer_id}\n` }, ada]);
    expect(await find()).toEqual(ada);
  });

  test('with different ones are none, and the log says so, with the masked address and their ids', async () => {
    script(async () => [ada, { ...ada, customer_id: 'C-2' }, ada]);
    expect(await find()).toBeUndefined();
    expect(log()).toEqual([
      'whatsapp:+1415•••0123 is ambiguous: customer_id "C-1", "C-2" have it, none is taken',
    ]);
  });
});

function fail(): never {
  throw new Error('no address');
}
