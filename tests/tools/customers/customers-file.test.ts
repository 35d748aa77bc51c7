import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type CustomersSettings,
  customersFile,
  loadCustomers,
} from '../../../tools/customers/customers-file';

const repository = process.cwd();
let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'customers-'));
  process.chdir(project);
  mkdirSync('assets');
  writeFileSync('assets/customers.private.json', '[]');
});
afterEach(() => {
  process.chdir(repository);
  rmSync(project, { recursive: true });
});

const load = (settings: CustomersSettings = {}) => loadCustomers(settings, (read) => read);

test('the samples are read when there is nothing else', () => {
  expect(customersFile({})).toBe('assets/customers.private.json');
});

test('a customers.json at the top goes before the samples', () => {
  writeFileSync('customers.json', '[]');
  expect(customersFile({})).toBe('customers.json');
  expect(customersFile({ CUSTOMERS_FILE: ' ' })).toBe('customers.json');
});

test('CUSTOMERS_FILE goes before both', () => {
  writeFileSync('customers.json', '[]');
  expect(customersFile({ CUSTOMERS_FILE: '../people.json' })).toBe('../people.json');
});

test('customers.csv and customers.xlsx at the top are found as well, and one of them has to be it', async () => {
  writeFileSync('customers.csv', 'ID,Name,Phone\n1,Ada,+14155550147\n');
  expect(await load()).toMatchObject({ file: 'customers.csv', customers: [{ customer_id: '1' }] });
  writeFileSync('customers.xlsx', 'PK\x03\x04');
  await expect(load()).rejects.toThrow(
    'customers.csv: is there beside customers.xlsx, and none of them is used: remove all but one, or say which counts, such as CUSTOMERS_FILE=customers.csv in .env',
  );
  expect(await load({ CUSTOMERS_FILE: 'customers.csv' })).toMatchObject({ file: 'customers.csv' });
  rmSync('customers.csv');
  await expect(load()).rejects.toThrow(/^customers\.xlsx: looks like an Excel workbook .*CSV UTF-8/);
});

test.each([
  ['Customers.CSV', 'customers.csv'],
  ['customers.CSV', 'customers.csv'],
  ['Customers.json', 'customers.json'],
  ['customers.csv.txt', 'customers.csv'],
  ['customers.xls', 'customers.csv'],
  ['customers (1).csv', 'customers.csv'],
  ['customers(2).json', 'customers.json'],
  ['customer.csv', 'customers.csv'],
])('%s is not passed over for the samples', async (name, proper) => {
  writeFileSync(name, 'ID,Name,Phone\n1,Ada,+14155550147\n');
  // Some file systems take both for the same name.
  if (existsSync(name.toLowerCase()) && name.toLowerCase() === proper) return;
  await expect(load()).rejects.toThrow(
    `${name}: is not read under that name: call it ${proper}, or set CUSTOMERS_FILE=${name} in .env`,
  );
  expect(customersFile({ CUSTOMERS_FILE: name })).toBe(name);
});

/** Git without what is set for another repository, or for whoever runs the tests. */
const git = (...args: string[]) => spawnSync('git', args, { env: { PATH: process.env.PATH } });
(git('--version').status === 0 ? test : test.skip)(
  'git ignores customers, and the report of those who are left out',
  () => {
    copyFileSync(resolve(repository, '.gitignore'), '.gitignore');
    git('init', '--quiet');
    const own = [
      'customers.json',
      'customers.csv',
      'customers.xlsx',
      'Customers.CSV',
      'customers-report.txt',
    ];
    const { stdout } = git('check-ignore', ...own, 'assets/customers.private.json');
    expect(String(stdout).trim().split('\n')).toEqual(own);
  },
);

test('the report of an earlier build is not taken for customers, and goes with its file', async () => {
  const report = 'customers-report.txt';
  const channels = [{ type: 'sms', value: '+14155550147' }];
  const ada = { customer_id: 'C-1', display_name: 'Ada', channels };
  writeFileSync('assets/customers.private.json', JSON.stringify([ada]));
  for (const [about, isKept] of [
    ['customers.csv', false],
    ['package.json', true],
  ] as const) {
    writeFileSync(report, `What was left out of ${about}\n`);
    writeFileSync('package.json', '{}');
    expect(await load()).toMatchObject({ file: 'assets/customers.private.json' });
    expect(existsSync(report)).toBe(isKept);
  }
});

test.each([{ CRM_DEFAULT_COUNTRY: 'Germany' }, { CUSTOMERS_MAX_UNUSABLE: 'all' }])(
  'a setting that is malformed is not told as a fault of the file: %j',
  async (settings) => {
    await expect(load(settings)).rejects.toThrow(
      new RegExp(`^${Object.keys(settings)[0]} in \\.env is not a`),
    );
  },
);

test.each<[string, Record<string, string>, RegExp]>([
  [
    'CUSTOMERS_FILE names no file',
    { CUSTOMERS_FILE: 'people.json' },
    /^people\.json: is missing: CUSTOMERS_FILE names it/,
  ],
  ['CUSTOMERS_FILE names a folder', { CUSTOMERS_FILE: 'assets' }, /^assets: cannot be read: EISDIR$/],
])('it is said when %s', async (_name, settings, words) => {
  await expect(load(settings)).rejects.toThrow(words);
});

test('it is said when the samples are gone, and there is no customers.json', async () => {
  rmSync('assets/customers.private.json');
  await expect(load()).rejects.toThrow(/is missing: write your customers into customers\.json/);
});

test.each([
  ['', 'is empty'],
  [' \r\n', 'is empty'],
  [
    'PK\x03\x04',
    'looks like an Excel workbook (.xlsx) or a ZIP file, whatever its name: open it in a spreadsheet, and save it as',
  ],
  ['\xD0\xCF\x11\xE0\xA1', 'looks like an old Excel workbook: open it in a spreadsheet'],
  ['\x1F\x8B', 'looks like a gzip file: unpack it'],
  ['%PDF-1.7', 'looks like a PDF: export customers as CSV'],
  ['\n<!DOCTYPE html>', 'looks like a web page: was the download that of a page to log in?'],
  ['<?xml version="1.0"?>', 'looks like XML'],
  ['BEGIN:VCARD', 'looks like vCards'],
  ['I\0D\0,\0N\0a\0m\0e\0', 'looks like UTF-16 without a byte order mark'],
  ['\0I\0D\0,\0N\0a\0m\0e', 'looks like UTF-16 without a byte order mark'],
])('of a file that begins with %j, it is said what it is', async (content, words) => {
  writeFileSync('customers.csv', content, 'latin1');
  await expect(load()).rejects.toThrow(`customers.csv: ${words}`);
});

test('JSON is JSON, whatever the file is called', async () => {
  writeFileSync('customers.csv', '\uFEFF [{"customer_id":1,"channels":[{"type":"messenger","value":"1"}]}]');
  expect(await load()).toMatchObject({ customers: [{ customer_id: '1' }] });
});

describe('what is left out', () => {
  const good = Array.from({ length: 40 }, (_, i) => `C-${i},Ada,+1415${2_000_000 + i}`);
  const bad = Array.from({ length: 12 }, (_, i) => `X-${i},Eve,call me`);
  const list = (...rows: string[]) => writeFileSync('customers.csv', ['ID,Name,Phone', ...rows].join('\n'));
  const one = JSON.stringify([
    { customer_id: '1', display_name: 'Ada', channels: [{ type: 'sms', value: '+14155550147' }] },
  ]);
  const report = () => readFileSync('customers-report.txt', 'utf8');

  test('is told with the name of the file and the first places, and listed as a whole', async () => {
    list(...good, ...bad);
    const { warnings, brief } = await load({ CUSTOMERS_MAX_UNUSABLE: '50%' });
    expect(warnings).toEqual([
      expect.stringMatching(/^customers\.csv: warning: 12 addresses left out: .*; and 2 more$/),
      expect.stringMatching(/^customers\.csv: warning: 12 customers left out: .*; and 2 more$/),
      'The whole list is in customers-report.txt',
    ]);
    expect(brief).toEqual([
      'customers.csv: 12 addresses left out, 12 customers left out; npm run build says where',
    ]);
    expect(report()).toMatch(
      /^What was left out of customers\.csv\n\n12 addresses left out: .*\n {2}row 42 \(/,
    );
    expect(report().match(/X-11/g)).toHaveLength(2);
    expect(report()).not.toMatch(/Eve|call me/);
  });

  test('is listed if it is too much as well, and no longer when it is fixed', async () => {
    list(...good, ...bad);
    await expect(load()).rejects.toThrow(
      /^customers\.csv: 12 of 52 customers cannot be used, more than 10%[\s\S]*\ncustomers\.csv: 12 addresses left out[\s\S]*\nThe whole list is in customers-report\.txt$/,
    );
    expect(report()).toContain('X-11');
    list(...good);
    expect((await load()).warnings).toEqual([]);
    expect(existsSync('customers-report.txt')).toBe(false);
  });

  test('is not forgotten when another file is read', async () => {
    list(...good, bad[0] ?? '');
    await load();
    writeFileSync('others.json', one);
    await load({ CUSTOMERS_FILE: 'others.json' });
    expect(report()).toContain('X-0');
  });
});
