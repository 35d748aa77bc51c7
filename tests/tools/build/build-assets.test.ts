import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildSettings, buildAssets } from '../../../tools/build/build-assets';

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

const build = (settings: BuildSettings = {}) => buildAssets('made', settings);
const customers = (json: string) => writeFileSync('customers.json', json);
const compiled = () => readFileSync('made/assets/customers.private.json', 'utf8');
const isBuilt = (path: string) => existsSync(join('made/assets', path));

test('compiles the customers, copies what is not TypeScript, and says which file it took', () => {
  expect(build()).toEqual({
    customers: 'Customers: customers.json (customers: 4, addresses: 6)',
    warnings: [],
  });
  expect(compiled()).toContain('["+14155550147","C-1001","Ada Okafor","/avatars/ada.png"]');
  expect(isBuilt('avatars/ada.png')).toBe(true);
  expect(isBuilt('assets/index.html')).toBe(true);
  expect(isBuilt('crm.private.ts')).toBe(false);
});

test('takes the file that CUSTOMERS_FILE names', () => {
  writeFileSync('people.json', '[]');
  expect(build({ CUSTOMERS_FILE: 'people.json' }).customers).toContain('people.json');
  expect(compiled()).toBe('[\n]\n');
});

test('reads numbers in CRM_DEFAULT_COUNTRY', () => {
  customers(
    '[{"customer_id":"C-1","display_name":"Ada","channels":[{"type":"sms","value":"(415) 555-0147"}]}]',
  );
  build({ CRM_DEFAULT_COUNTRY: 'us' });
  expect(compiled()).toBe('[\n["+14155550147","C-1","Ada"]\n]\n');
});

test('stops at bad customers, names all that is wrong, and writes nothing', () => {
  customers('[{"customer_id":"C-1"},{"channels":[{"type":"sms","value":"123"}]}]');
  expect(() => build()).toThrow(
    /^customers\.json: record 1 \(customer_id "C-1"\), channels is missing.*\ncustomers\.json: record 2, customer_id is missing/,
  );
  expect(existsSync('made')).toBe(false);
});

test('goes on after a warning', () => {
  customers('[{"customer_id":"C-1","channels":[{"type":"email","value":"ada@example.com"}]}]');
  expect(build().warnings).toEqual([expect.stringContaining('warning: record 1 (customer_id "C-1")')]);
});

test.each(['hubspot', 'sync'])('deploys no customers when they come from %s', (CRM_SOURCE) => {
  customers('not JSON');
  expect(build({ CRM_SOURCE })).toEqual({
    customers: `Customers: from CRM_SOURCE=${CRM_SOURCE}, none are deployed`,
    warnings: [],
  });
  expect(isBuilt('customers.private.json')).toBe(false);
  expect(isBuilt('avatars/ada.png')).toBe(true);
});

test.each(['file', ''])('deploys the customers when CRM_SOURCE is %p', (CRM_SOURCE) => {
  build({ CRM_SOURCE });
  expect(compiled()).toContain('C-1001');
});

test('warns of an avatar that is not a file', () => {
  const channels = [{ type: 'sms', value: '+14155550147' }];
  customers(
    JSON.stringify([{ customer_id: 'C-1', display_name: 'Ada', avatar: '/avatars/eve.png', channels }]),
  );
  expect(build().warnings).toEqual([
    'customers.json: warning: avatar /avatars/eve.png is not a file under assets/: workers will see no picture',
  ]);
});

test('makes nothing public but the page and pictures', () => {
  writeFileSync('assets/people.json', CUSTOMERS);
  writeFileSync('assets/.DS_Store', '');
  writeFileSync('assets/rules.private.json', '{}');
  expect(build({ CUSTOMERS_FILE: 'assets/people.json' }).warnings).toEqual([
    'assets/people.json: warning: is not deployed, as it would be public: rename it to people.private.json if the Functions read it',
  ]);
  expect(isBuilt('people.json')).toBe(false);
  expect(isBuilt('.DS_Store')).toBe(false);
  expect(isBuilt('rules.private.json')).toBe(true);
});
