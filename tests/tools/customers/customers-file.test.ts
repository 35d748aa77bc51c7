import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customersFile, loadCustomers } from '../../../tools/customers/customers-file';
import { readCustomers } from '../../../tools/customers/read-customers';

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

test.each([
  [
    'CUSTOMERS_FILE names no file',
    { CUSTOMERS_FILE: 'people.json' },
    /^people\.json: is missing: CUSTOMERS_FILE in \.env/,
  ],
  ['CUSTOMERS_FILE names a folder', { CUSTOMERS_FILE: 'assets' }, /^assets: cannot be read: EISDIR$/],
])('it is said when %s', (_name, settings, words) => {
  expect(() => loadCustomers(settings, readCustomers)).toThrow(words);
});

test('it is said when the samples are gone, and there is no customers.json', () => {
  rmSync('assets/customers.private.json');
  expect(() => loadCustomers({}, readCustomers)).toThrow(
    /is missing: write your customers into customers\.json/,
  );
});

test('each problem and each warning is led by the name of the file', () => {
  writeFileSync('customers.json', '[{"customer_id":"C-1"},{}]');
  expect(() => loadCustomers({}, readCustomers)).toThrow(
    /^customers\.json: record 1 .*\ncustomers\.json: record 2, /,
  );
  writeFileSync('customers.json', '[{"customer_id":"C-1","channels":[{"type":"sms","value":"0172 555"}]}]');
  const { warnings } = loadCustomers({ CRM_DEFAULT_COUNTRY: 'de' }, readCustomers);
  expect(warnings).toEqual([expect.stringMatching(/^customers\.json: warning: record 1 /)]);
});
