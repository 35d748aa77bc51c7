/** Exports as CRMs, address books and Excel make them: see docs/crms.md. Each has the same four people. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCustomersFile } from '../../../../tools/customers/read-customers';

const EXPORTS = 'tests/fixtures/exports';
/** Their IDs in each export, what names the column with the IDs if no header does, and whoever has a second address. */
const IDS: Record<string, [ids: string[], idColumn?: string]> = {
  'airtable.csv': [[1, 2, 3, 4].map((i) => `recAAAAAAAAAAAAA${i}`)],
  'dynamics-365.csv': [[1, 2, 3, 4].map((i) => `6a1f0a4e-0000-4000-8000-00000000000${i}`)],
  'excel-csv-utf-8.csv': [['C-1', 'C-2', 'C-3', 'C-4']],
  'excel-csv.csv': [['C-1', 'C-2', 'C-3', 'C-4']],
  'excel-unicode-text.txt': [['C-1', 'C-2', 'C-3', 'C-4']],
  'google-contacts.csv': [['C-1', 'C-2', 'C-3', 'C-4'], 'Nickname'],
  'hubspot.csv': [['501', '502', '503', '504']],
  'outlook.csv': [['C-1', 'C-2', 'C-3', 'C-4'], 'user 1'],
  'pipedrive.csv': [['1', '2', '3', '4']],
  'salesforce-data-export.csv': [[1, 2, 3, 4].map((i) => `0035g00000AAAAAAA${i}`)],
  'salesforce-report.csv': [[1, 2, 3, 4].map((i) => `0035g00000AAAAAAA${i}`)],
  'shopify.csv': [['7001', '7002', '7003', '7004']],
  'zoho.csv': [[1, 2, 3, 4].map((i) => `487687600000000000${i}`)],
};
const SECOND_ADDRESSES: Record<string, Record<string, number>> = {
  'google-contacts.csv': { '+14155550148': 0, 'email:luca.m@example.com': 1 },
  'hubspot.csv': { 'email:luca.m@example.com': 1 },
  'pipedrive.csv': { '+14155550148': 0, 'email:luca.m@example.com': 1 },
};
/** Who has no name there goes by the company. */
const COMPANIES: Record<string, string> = { 'hubspot.csv': 'Sato Ltd' };
const FOOTERS: Record<string, string[]> = {
  'salesforce-report.csv': [
    '6 rows left out: the footer of a report: row 8; row 9; row 10; row 11; row 12; row 13',
  ],
};
const read = (file: string, settings = {}) =>
  readCustomersFile(join(EXPORTS, file), { CRM_DEFAULT_COUNTRY: 'US', ...settings });

test('there is an export of each', () => {
  expect(readdirSync(EXPORTS).sort()).toEqual(Object.keys(IDS));
});

test.each(Object.entries(IDS))('%s is taken as it is', async (file, [ids, CSV_ID_COLUMN]) => {
  const { customers, warnings } = await read(file, { CSV_ID_COLUMN });
  const expected = {
    '+14155550147': 0,
    'email:ada@example.com': 0,
    '+14155550101': 1,
    'email:luca@example.com': 1,
    '+447700900123': 2,
    'email:jose@example.com': 3,
    ...SECOND_ADDRESSES[file],
  };
  const found = customers.map(({ key, customer_id, display_name }) => [key, customer_id, display_name]);
  const names = ['Ada Okafor', 'Luca Marchetti', COMPANIES[file] ?? 'Mina Sato', 'José Muñoz'];
  const wanted = Object.entries(expected).map(([key, i]) => [key, ids[i], names[i]]);
  expect(found).toEqual(wanted.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
  expect(warnings).toEqual(FOOTERS[file] ?? []);
  // Salesforce's is a path within Salesforce, and no Asset.
  expect(customers.flatMap(({ avatar }) => avatar ?? [])).not.toContainEqual(expect.stringMatching(/^\//));
});

test.each(['google-contacts.csv', 'outlook.csv'])('%s has no IDs, and that is said', async (file) => {
  await expect(read(file)).rejects.toThrow(
    /^has no column with IDs: .* name the column by CSV_ID_COLUMN in \.env; there are: First Name, Middle Name/,
  );
});

test('an avatar is taken from its column', async () => {
  const { customers } = await read('airtable.csv');
  // What is compared with documents of Sync has no fields that are not there.
  expect(customers[0]).toStrictEqual({
    key: '+14155550101',
    customer_id: 'recAAAAAAAAAAAAA2',
    display_name: 'Luca Marchetti',
  });
  expect(customers[1]).toMatchObject({ key: '+14155550147', avatar: 'https://example.com/ada.png' });
});
