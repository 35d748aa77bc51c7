import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssets } from '../../../tools/build/build-assets';
import type { Settings } from '../../../tools/build/check-settings';

const repository = process.cwd();
const CUSTOMERS = readFileSync('tests/fixtures/customers.json', 'utf8');
let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'build-assets-'));
  cpSync('assets', join(project, 'assets'), { recursive: true });
  process.chdir(project);
  customers(CUSTOMERS);
});
afterEach(() => {
  process.chdir(repository);
  rmSync(project, { recursive: true });
});

const build = (settings: Settings = {}) => buildAssets('made', settings);
const customers = (json: string) => writeFileSync('customers.json', json);
const compiled = () => readFileSync('made/assets/customers.private.json', 'utf8');
const isBuilt = (path: string) => existsSync(join('made/assets', path));

test('compiles the customers, copies what is not TypeScript, and says which file it took', async () => {
  expect(await build()).toEqual({
    customers: 'Customers: customers.json (customers: 4, addresses: 6)',
    warnings: [],
    brief: [],
  });
  expect(compiled()).toContain('["+14155550147","C-1001","Ada Okafor","/avatars/ada.png"]');
  expect(isBuilt('avatars/ada.png')).toBe(true);
  expect(isBuilt('assets/index.html')).toBe(true);
  expect(isBuilt('crm.private.ts')).toBe(false);
});

test('takes the file that CUSTOMERS_FILE names', async () => {
  writeFileSync('people.json', '[]');
  expect((await build({ CUSTOMERS_FILE: 'people.json' })).customers).toContain('people.json');
  expect(compiled()).toBe('[\n]\n');
});

test('reads numbers in CRM_DEFAULT_COUNTRY', async () => {
  customers(
    '[{"customer_id":"C-1","display_name":"Ada","channels":[{"type":"sms","value":"(415) 555-0147"}]}]',
  );
  await build({ CRM_DEFAULT_COUNTRY: 'us' });
  expect(compiled()).toBe('[\n["+14155550147","C-1","Ada"]\n]\n');
});

test('stops if most customers cannot be used, says all that is wrong, and writes nothing', async () => {
  customers('[{"customer_id":"C-1"},{"channels":[{"type":"sms","value":"123"}]}]');
  await expect(build()).rejects.toThrow(
    /^customers\.json: 2 of 2 customers cannot be used, more than 10%: fix what is named here\ncustomers\.json: 1 customer left out: channels is missing.*record 1 \(customer_id "C-1"\)\ncustomers\.json: 1 customer left out: customer_id is missing/,
  );
  expect(existsSync('made')).toBe(false);
});

test('goes on after a warning, and counts what is ambiguous', async () => {
  const sms = { type: 'sms', value: '+14155550147' };
  const email = { type: 'email', value: 'ada@example.com' };
  customers(
    JSON.stringify([
      { customer_id: 'C-1', display_name: 'Ada', channels: [sms, email] },
      { customer_id: 'C-2', display_name: 'Eve', channels: [sms] },
    ]),
  );
  expect(await build({ CUSTOMERS_MAX_UNUSABLE: '50%' })).toEqual({
    customers: 'Customers: customers.json (customers: 2, addresses: 1, ambiguous: 1)',
    warnings: [
      expect.stringMatching(/^customers\.json: warning: 1 address ambiguous.*record 2 \(customer_id "C-2"\)/),
      'The whole list is in customers-report.txt',
    ],
    brief: ['customers.json: 1 address ambiguous; npm run build says where'],
  });
  expect(compiled()).toContain('["+14155550147",["C-1","C-2"]]');
});

test.each(['hubspot', 'sync'])('deploys no customers when they come from %s', async (CRM_SOURCE) => {
  customers('not JSON');
  expect(await build({ CRM_SOURCE })).toEqual({
    customers: `Customers: from CRM_SOURCE=${CRM_SOURCE}, none are deployed`,
    warnings: [],
    brief: [],
  });
  expect(isBuilt('customers.private.json')).toBe(false);
  expect(isBuilt('avatars/ada.png')).toBe(true);
});

test.each(['file', ''])('deploys the customers when CRM_SOURCE is %p', async (CRM_SOURCE) => {
  await build({ CRM_SOURCE });
  expect(compiled()).toContain('C-1001');
});

test('warns of an avatar that is not a file', async () => {
  const channels = [{ type: 'sms', value: '+14155550147' }];
  customers(
    JSON.stringify([{ customer_id: 'C-1', display_name: 'Ada', avatar: '/avatars/eve.png', channels }]),
  );
  expect((await build()).warnings).toEqual([
    'customers.json: warning: avatars that are not files under assets/, so that workers see no picture: of customer_id "C-1"',
  ]);
});

test('names the first ten customers whose avatars are not files, and none of the files', async () => {
  const people = Array.from({ length: 1012 }, (_, i) => ({
    customer_id: `C-${i}`,
    display_name: 'Ada',
    avatar: `/avatars/ada-okafor-${i}.png`,
    channels: [{ type: 'sms', value: `+1415555${1000 + i}` }],
  }));
  customers(JSON.stringify(people));
  const { warnings } = await build();
  expect(warnings).toEqual([expect.stringMatching(/"C-0", .*, and 1,002 more$/)]);
  expect(warnings[0]?.match(/"C-\d+"/g)).toHaveLength(10);
  expect(warnings[0]).not.toContain('okafor');
});
