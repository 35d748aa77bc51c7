import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseAddress } from '../../../assets/address.private';
import { cleanName } from '../../../assets/frontline.private';
import { compileCustomers } from '../../../tools/customers/compile-customers';
import { installRuntime } from '../../helpers/in-process-runtime';

const folder = mkdtempSync(join(tmpdir(), 'customers-'));
const file = join(folder, 'customers.json');
beforeEach(() => installRuntime({ '/customers.json': file }));
afterAll(() => rmSync(folder, { recursive: true }));

/** Look-ups of an instance that has just started. */
const freshFind = async () => {
  jest.resetModules();
  const {
    findCustomer,
  }: typeof import('../../../assets/crm/file.private') = require('../../../assets/crm/file.private');
  return async (text: string) => {
    const address = parseAddress(text);
    if (!address) throw new Error('no address');
    return findCustomer(address);
  };
};
const find = async (text: string) => (await freshFind())(text);
const compile = (customers: object[]) =>
  writeFileSync(file, compileCustomers(JSON.stringify(customers), { CUSTOMERS_MAX_UNUSABLE: '100%' }).json);
/** So many others, and so much of them, that the file is searched where it lies, and not kept in memory. */
const others = Array.from({ length: 200 }, (_, i) => ({
  customer_id: `O-${i}`,
  display_name: 'Somebody else '.repeat(14),
  channels: [{ type: 'sms', value: `+44770090${1000 + i}` }],
}));

describe('the embedded customers', () => {
  beforeEach(() => installRuntime());

  test.each([
    ['+14155550147', 'C-1001'],
    ['whatsapp:+14155550147', 'C-1001'],
    ['rcs:+14155550147', 'C-1001'],
    ['+15555550123', 'C-1002'],
    ['messenger:1002003004', 'C-1003'],
    ['noah@example.com', 'C-1004'],
    ['NOAH@EXAMPLE.COM', 'C-1004'],
    ['+33639980012', 'C-1004'],
  ])('know who is at %s', async (text, customer_id) => {
    expect(await find(text)).toMatchObject({ customer_id });
  });

  test.each(['+14155550148', 'messenger:1002003005', 'whatsapp:1002003004', '1002003004', 'ana@example.com'])(
    'know nobody at %s',
    async (text) => {
      expect(await find(text)).toBeUndefined();
    },
  );
});

test.each([
  ['few', []],
  ['many', others],
])(
  'whoever is listed among %s is found, and nobody else',
  async (_name, others) => {
    const name = fc.string({ unit: 'grapheme', maxLength: 2000 });
    const person = fc.record({ digits: fc.integer({ min: 2000000, max: 9999999 }), display_name: name });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(person, { selector: ({ digits }) => digits, maxLength: 60 }),
        async (people) => {
          const numbers = people.map(({ digits }) => `+1415${digits}`);
          compile([
            ...others,
            ...people.map(({ display_name }, i) => ({
              customer_id: `C-${i}`,
              display_name,
              channels: [{ type: 'sms', value: numbers[i] }],
            })),
          ]);
          const findIn = await freshFind();
          for (const [i, { display_name }] of people.entries()) {
            const found = { customer_id: `C-${i}`, display_name: cleanName(display_name) ?? null };
            expect(await findIn(numbers[i] as string)).toMatchObject(found);
            const next = `+1415${(people[i]?.digits ?? 0) + 1}`;
            if (!numbers.includes(next)) expect(await findIn(next)).toBeUndefined();
          }
          expect(await findIn('+14150000000')).toBeUndefined();
          expect(await findIn('zzz:1')).toBeUndefined();
        },
      ),
      { numRuns: 30 },
    );
  },
  30_000,
);

test('lines longer than what is read at first are found', async () => {
  const display_name = 'x'.repeat(5000);
  const numbers = Array.from({ length: 50 }, (_, i) => `+1415555${1000 + i}`);
  compile(
    numbers.map((value, i) => ({ customer_id: `C-${i}`, display_name, channels: [{ type: 'sms', value }] })),
  );
  for (const [i, number] of numbers.entries()) {
    expect(await find(number)).toMatchObject({ customer_id: `C-${i}`, display_name });
  }
});

test('a small file is read once by an instance, which serves one deployment, and another file when it gets one', async () => {
  const ada = (display_name: string) => [
    { customer_id: 'C-1', display_name, channels: [{ type: 'sms', value: '+14155550147' }] },
  ];
  compile(ada('Ada'));
  const findIn = await freshFind();
  expect(await findIn('+14155550147')).toMatchObject({ display_name: 'Ada' });
  rmSync(file);
  expect(await findIn('+14155550147')).toMatchObject({ display_name: 'Ada' });
  expect(await findIn('+14155550148')).toBeUndefined();
  const next = join(folder, 'next.json');
  writeFileSync(next, compileCustomers(JSON.stringify(ada('Ada Okafor'))).json);
  installRuntime({ '/customers.json': next });
  expect(await findIn('+14155550147')).toMatchObject({ display_name: 'Ada Okafor' });
});

test.each([
  ['few', []],
  ['many', others],
])('all who share an address are answered, among %s', async (_name, others) => {
  const channels = [{ type: 'sms', value: '+14155550147' }];
  compile([...others, ...['C-1', 'C-2'].map((customer_id) => ({ customer_id, channels }))]);
  expect(await find('+14155550147')).toEqual([{ customer_id: 'C-1' }, { customer_id: 'C-2' }]);
});

test('a small file that is damaged is not kept', async () => {
  writeFileSync(file, '[\n["+14155550147","C-1","Ada"],\n');
  const findIn = await freshFind();
  await expect(findIn('+14155550147')).rejects.toThrow('the compiled customers are damaged');
  compile([{ customer_id: 'C-1', channels: [{ type: 'sms', value: '+14155550147' }] }]);
  expect(await findIn('+14155550147')).toMatchObject({ customer_id: 'C-1' });
});

describe('compiled customers that are', () => {
  const people = Array.from({ length: 200 }, (_, i) => ({
    customer_id: `C-${i}`,
    display_name: 'Somebody'.repeat(30),
    channels: [{ type: 'sms', value: `+1415555${1000 + i}` }],
  }));
  beforeEach(() => compile(people));

  test('not there are an error', async () => {
    installRuntime({ '/customers.json': undefined });
    await expect(find('+14155551000')).rejects.toThrow('customers.private.json is missing');
    installRuntime({ '/customers.json': join(folder, 'none.json') });
    await expect(find('+14155551000')).rejects.toThrow('ENOENT');
  });

  test.each([0, 1, 3, 500, -1, -2, -40])(
    'cut short at %p are an error, also for who stands before the cut',
    async (at) => {
      const { length } = readFileSync(file);
      truncateSync(file, at < 0 ? length + at : at);
      await expect(find('+14155551000')).rejects.toThrow('damaged');
    },
  );

  test.each([
    ['not compiled', JSON.stringify(people)],
    ['not compiled, over lines', JSON.stringify(people, null, 2)],
    ['overwritten in the middle', `[\n${'x'.repeat(50_000)}\n]\n`],
    ['without a line end', `[\n${'x'.repeat(50_000)}]\n`],
    ['not an array', '{}'],
    ['of other fields', '[\n{"customer_id":"C-1"}\n]\n'],
    ['of numbers', '[\n["+14155551000",7]\n]\n'],
  ])('%s are an error', async (_name, json) => {
    writeFileSync(file, json);
    await expect(find('+14155551000')).rejects.toThrow('the compiled customers are damaged');
  });

  test('none at all know nobody', async () => {
    compile([]);
    expect(await find('+14155551000')).toBeUndefined();
  });
});
