import { setMaxListeners } from 'node:events';
import type { Address } from '../../../../assets/address.private';
import * as mapping from '../../../../assets/crm.private';
import { lookUps } from '../../../../tools/commands/relink/crm-look-ups';
import { Waiting } from '../../../../tools/commands/relink/waiting';

const ada = mapping.parseAddress('+14155550147') as Address;
const customer = { customer_id: 'C-1' };
const failing = (cause: object, message = 'CRM_SOURCE hubspot: HubSpot failed') =>
  new Error(message, { cause: Object.assign(new Error(message), cause) });

function start(findCustomer: jest.Mock, perSecond = Number.POSITIVE_INFINITY, more = {}, env = {}) {
  const context = env as Parameters<typeof lookUps>[1];
  const { signal } = new AbortController();
  // As whoever runs the command does.
  setMaxListeners(0, signal);
  return lookUps({ ...mapping, findCustomer }, context, { perSecond, signal, firstPauseMs: 1, ...more });
}

test('each address is looked up once, on whatever channel and however many ask', async () => {
  const findCustomer = jest.fn().mockResolvedValue(customer);
  const { find, asked } = start(findCustomer);
  const whatsapp = mapping.parseAddress('whatsapp:+14155550147') as Address;
  const found = await Promise.all([
    find(ada, '+15005550006'),
    find(whatsapp, '+15005550007'),
    find(ada, undefined),
  ]);
  expect(found).toEqual([customer, customer, customer]);
  // Without Twilio's number, the country is not known.
  expect(asked()).toBe(2);
});

test('with CRM_DEFAULT_COUNTRY, it does not matter which number was written to', async () => {
  const findCustomer = jest.fn().mockResolvedValue(customer);
  const { find, asked } = start(findCustomer, undefined, {}, { CRM_DEFAULT_COUNTRY: 'US' });
  for (const proxyAddress of ['+15005550006', '+525512345678', undefined]) await find(ada, proxyAddress);
  expect(asked()).toBe(1);
});

test('a CRM that refuses or fails for a while is asked again', async () => {
  const findCustomer = jest
    .fn()
    .mockRejectedValueOnce(failing({ status: 429 }))
    .mockRejectedValueOnce(failing({ status: 503 }))
    .mockRejectedValueOnce(failing({ code: 'ECONNRESET' }))
    .mockResolvedValue(customer);
  expect(await start(findCustomer).find(ada, undefined)).toEqual(customer);
});

// The circuit breaker of the Functions: assets/circuit-breaker.private.ts
const notAsked = () => failing({ code: 'NOT_ASKED' }, 'not asked, since it has not answered lately');

test('a CRM that is not asked because it refused is waited for as one that refuses', async () => {
  const findCustomer = jest.fn().mockRejectedValueOnce(failing({ status: 429 }));
  for (let i = 0; i < 5; i++) findCustomer.mockRejectedValueOnce(notAsked());
  const { find, asked } = start(findCustomer.mockResolvedValue(customer));
  expect(await find(ada, undefined)).toEqual(customer);
  expect(asked()).toBe(2);
});

test('a CRM that is not asked because it failed is reported with what it said', async () => {
  const findCustomer = jest.fn().mockRejectedValueOnce(failing({ status: 500 }, 'HubSpot answered 500'));
  await expect(start(findCustomer.mockRejectedValue(notAsked())).find(ada, undefined)).rejects.toMatchObject({
    name: 'LookUpError',
    message: 'HubSpot answered 500',
  });
});

test('a CRM that says for how long it refuses is left alone so long', async () => {
  const findCustomer = jest.fn().mockRejectedValueOnce(failing({ status: 429, retryAfterMs: 200 }));
  const startedAt = performance.now();
  await start(findCustomer.mockResolvedValue(customer)).find(ada, undefined);
  expect(performance.now() - startedAt).toBeGreaterThan(190);
});

test.each([401, 403])('credentials that are refused (%d) end the run at once', async (status) => {
  const message = `HubSpot answered ${status}`;
  const findCustomer = jest.fn().mockRejectedValue(failing({ status }, message));
  await expect(start(findCustomer).find(ada, undefined)).rejects.toMatchObject({ name: 'Halt', message });
  expect(findCustomer).toHaveBeenCalledTimes(1);
});

test('a CRM that fails for ten customers in a row ends the run', async () => {
  const { find } = start(jest.fn().mockRejectedValue(failing({ status: 500 })));
  const names = [];
  for (let i = 0; i < 10; i++) names.push(await find(ada, undefined).catch(({ name }) => name));
  expect(names).toEqual([...Array(9).fill('LookUpError'), 'Halt']);
});

test('a CRM that rejects questions about some, however many, does not end the run', async () => {
  const { find } = start(jest.fn().mockRejectedValue(failing({ status: 422 })));
  for (let i = 0; i < 20; i++)
    await expect(find(ada, undefined)).rejects.toMatchObject({ name: 'LookUpError' });
});

test('a CRM that goes on refusing ends the run', async () => {
  const { find } = start(jest.fn().mockRejectedValue(failing({ status: 429 })));
  const finding = Array.from({ length: 10 }, (_, i) => find(addressOf(i), undefined));
  const names = (await Promise.allSettled(finding)).map((end) => 'reason' in end && end.reason.name);
  expect(names.sort()).toEqual(['Halt', ...Array(9).fill('LookUpError')]);
});

const addressOf = (i: number) => mapping.parseAddress(`+1415555014${i}`) as Address;

test('a CRM that answers nobody for a while ends the run, however few they are that ask', async () => {
  const findCustomer = jest.fn().mockRejectedValue(failing({ code: 'ETIMEDOUT' }, 'HubSpot: no answer'));
  // Sooner and later than an address is given up.
  for (const downMs of [20, 150]) {
    const { find } = start(findCustomer, undefined, { firstPauseMs: 5, downMs });
    const startedAt = performance.now();
    const ends = await Promise.allSettled([1, 2, 3].map((i) => find(addressOf(i), undefined)));
    expect(ends).toMatchObject(Array(3).fill({ reason: { name: 'Halt', remedy: 'later' } }));
    expect(performance.now() - startedAt).toBeGreaterThan(downMs - 10);
  }
});

test('a CRM that answers others goes on, whatever becomes of one', async () => {
  const findCustomer = jest.fn(async ({ key }: Address) => {
    if (key === addressOf(1).key) throw failing({ status: 500 });
    return customer;
  });
  const { find } = start(findCustomer, undefined, { downMs: 0 });
  const ends = await Promise.allSettled([1, 2, 3].map((i) => find(addressOf(i), undefined)));
  expect(ends).toMatchObject([{ reason: { name: 'LookUpError' } }, { value: customer }, { value: customer }]);
});

test.each([
  [{ status: 429, retryAfterMs: 8000 }, /^The CRM is busy: asked again in 8 s$/],
  [{ code: 'ETIMEDOUT' }, /^The CRM does not answer: trying until \d\d:\d\d:\d\d$/],
  [{ status: 503 }, /^The CRM answers 503: trying until \d\d:\d\d:\d\d$/],
])('after %j it is said what is waited for, until the CRM answers', async (cause, words) => {
  const waiting = new Waiting();
  const begin = jest.spyOn(waiting, 'begin');
  const end = jest.spyOn(waiting, 'end');
  const interruption = new AbortController();
  const findCustomer = jest.fn().mockRejectedValueOnce(failing(cause)).mockResolvedValue(customer);
  const { find } = start(findCustomer, undefined, { waiting, signal: interruption.signal });
  const finding = find(ada, undefined);
  while (begin.mock.calls.length === 0) await new Promise(setImmediate);
  expect(begin.mock.calls[0]?.[1]()).toMatch(words);
  if ('retryAfterMs' in cause) {
    interruption.abort();
    await expect(finding).rejects.toThrow('aborted');
    return;
  }
  await finding;
  expect(end).toHaveBeenLastCalledWith('crm');
});

test('customers whose own records are wrong do not end the run, however many they are', async () => {
  const { find } = start(jest.fn().mockRejectedValue(failing({}, 'the customer found has no customer_id')));
  const names = new Set<string>();
  for (let i = 0; i < 15; i++) names.add(await find(ada, undefined).catch(({ name }) => name));
  expect([...names]).toEqual(['LookUpError']);
});

test('look-ups that wait their turn end with the run', async () => {
  const interruption = new AbortController();
  const findCustomer = jest.fn();
  const pace = { perSecond: 0.5, signal: interruption.signal };
  const { find } = lookUps({ ...mapping, findCustomer }, {} as Parameters<typeof lookUps>[1], pace);
  const waiting = [1, 2, 3].map((i) => find(mapping.parseAddress(`+1415555014${i}`) as Address, undefined));
  const settled = Promise.allSettled(waiting);
  setTimeout(() => interruption.abort(), 20);
  const startedAt = performance.now();
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test('a customer who is given up is not waited for', async () => {
  const waiting = new Waiting();
  const end = jest.spyOn(waiting, 'end');
  const { find } = start(jest.fn().mockRejectedValue(failing({ code: 'ENOTFOUND' })), undefined, { waiting });
  await expect(find(ada, undefined)).rejects.toMatchObject({ name: 'LookUpError', remedy: 'fix' });
  expect(end).toHaveBeenCalledWith('crm');
});

test('the CRM is asked at its pace', async () => {
  const at: number[] = [];
  const findCustomer = jest.fn(async () => void at.push(performance.now()));
  const { find } = start(findCustomer, 20);
  await Promise.all([1, 2, 3].map((i) => find(addressOf(i), undefined)));
  expect((at[2] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(90);
});
