import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseAddress } from '../../../assets/address.private';
import { findCustomer } from '../../../assets/crm/file.private';
import { compileCustomers } from '../../../tools/customers/compile-customers';
import { installRuntime } from '../../helpers/in-process-runtime';

const folder = mkdtempSync(join(tmpdir(), 'customers-'));
const file = join(folder, 'customers.json');
beforeEach(() => installRuntime({ '/customers.json': file }));
afterAll(() => rmSync(folder, { recursive: true }));

const find = (text: string) => {
  const address = parseAddress(text);
  if (!address) throw new Error('no address');
  return findCustomer(address);
};
const compile = (customers: object[]) => {
  const { json, problems } = compileCustomers(JSON.stringify(customers));
  expect(problems).toEqual([]);
  writeFileSync(file, json);
};

describe('the embedded customers', () => {
  beforeEach(() => installRuntime());

  test.each([
    ['+14155550147', 'C-1001'],
    ['whatsapp:+14155550147', 'C-1001'],
    ['rcs:+14155550147', 'C-1001'],
    ['+15555550123', 'C-1002'],
    ['messenger:1002003004', 'C-1003'],
    ['noah.berger@example.com', 'C-1004'],
    ['NOAH.BERGER@EXAMPLE.COM', 'C-1004'],
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

test('whoever is listed is found, and nobody else', async () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 2000 });
  const person = fc.record({ digits: fc.integer({ min: 2000000, max: 9999999 }), display_name: name });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(person, { selector: ({ digits }) => digits, maxLength: 60 }),
      async (people) => {
        const numbers = people.map(({ digits }) => `+1415${digits}`);
        compile(
          people.map(({ display_name }, i) => ({
            customer_id: `C-${i}`,
            display_name,
            channels: [{ type: 'sms', value: numbers[i] }],
          })),
        );
        for (const [i, { display_name }] of people.entries()) {
          expect(await find(numbers[i] as string)).toMatchObject({ customer_id: `C-${i}`, display_name });
          const next = `+1415${(people[i]?.digits ?? 0) + 1}`;
          if (!numbers.includes(next)) expect(await find(next)).toBeUndefined();
        }
        expect(await find('+14150000000')).toBeUndefined();
        expect(await find('zzz:1')).toBeUndefined();
      },
    ),
    { numRuns: 50 },
  );
});

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

test('a change of the file is seen by the next look-up', async () => {
  compile([{ customer_id: 'C-1', display_name: 'Ada', channels: [{ type: 'sms', value: '+14155550147' }] }]);
  expect(await find('+14155550147')).toMatchObject({ display_name: 'Ada' });
  compile([
    { customer_id: 'C-1', display_name: 'Ada Okafor', channels: [{ type: 'sms', value: '+14155550147' }] },
  ]);
  expect(await find('+14155550147')).toMatchObject({ display_name: 'Ada Okafor' });
});

describe('compiled customers that are', () => {
  const people = Array.from({ length: 200 }, (_, i) => ({
    customer_id: `C-${i}`,
    display_name: 'Somebody',
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
    ['overwritten in the middle', `[\n${'x'.repeat(5000)}\n]\n`],
    ['without a line end', `[\n${'x'.repeat(5000)}]\n`],
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
