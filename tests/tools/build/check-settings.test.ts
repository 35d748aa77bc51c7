import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { builtFolder } from '../../../tools/build/built-folder';
import { checkSettings, type Settings, sourceOf } from '../../../tools/build/check-settings';
import { CRM_NAMES, fakeCrm } from '../../../tools/fakes/fake-crms';
import { requiredSettings } from '../../helpers/fake-crms';
import { makeProjectCopy } from '../../helpers/project-copy';

const ACCOUNT_SID = `AC${'0'.repeat(32)}`;
const check = (settings: Settings) => checkSettings(builtFolder(), settings);

test('a source that does not exist is refused, and those that do are named', () => {
  expect(() => sourceOf({ CRM_SOURCE: 'hubspott' })).toThrow(
    'CRM_SOURCE=hubspott in .env: there is no assets/crm/hubspott.private.ts; there are: airtable, file, ',
  );
  for (const CRM_SOURCE of ['../crm', 'HubSpot', '.', 'a/b']) {
    expect(() => sourceOf({ CRM_SOURCE })).toThrow('there are: ');
  }
  expect(sourceOf({ CRM_SOURCE: ' hubspot ' })).toBe('hubspot');
  expect(sourceOf({ CRM_SOURCE: ' ' })).toBe('file');
});

test.each([
  ['hubspot', 'HUBSPOT_ACCESS_TOKEN'],
  ['airtable', 'AIRTABLE_ACCESS_TOKEN'],
  ['http', 'CRM_AUTHORIZATION'],
])('of %s, a %s that no HTTP header takes is refused', (CRM_SOURCE, name) => {
  const settings = { CRM_SOURCE, ...fakeCrm(CRM_SOURCE).settings };
  expect(() => check({ ...settings, [name]: 'pat-…' })).toThrow(`${name} is malformed: write it like `);
});

test('the file of customers needs no settings', () => {
  expect(() => check({})).not.toThrow();
});

describe.each(CRM_NAMES)('%s', (CRM_SOURCE) => {
  const settings = { CRM_SOURCE, ...fakeCrm(CRM_SOURCE).settings };

  test('is built with all that it needs', () => {
    expect(() => check(settings)).not.toThrow();
  });

  // Deployed Functions have the credentials of the account from Twilio.
  const needed = requiredSettings(CRM_SOURCE).filter((name) => !['ACCOUNT_SID', 'AUTH_TOKEN'].includes(name));
  if (needed.length > 0) {
    test.each(needed)('is not built without %s', (name) => {
      expect(() => check({ ...settings, [name]: ' ' })).toThrow(
        `.env, for CRM_SOURCE=${CRM_SOURCE}: ${name} is not set`,
      );
    });
  }
});

test.each([
  ['ACCOUNT_SID', 'AC123', 'is malformed: write it like AC0000'],
  ['ACCOUNT_SID', `SK${'0'.repeat(32)}`, 'is malformed'],
  ['CHAT_SERVICE_SID', `MG${'0'.repeat(32)}`, 'is malformed: write it like IS0000'],
  ['CRM_TIMEOUT_MS', '3s', 'is malformed: write it like 3000'],
  ['CRM_TIMEOUT_MS', '3501', 'is malformed: write it like 3000, and at most 3500'],
])('%s=%s is refused', (name, value, problem) => {
  expect(() => check({ ACCOUNT_SID, [name]: value })).toThrow(`${name} ${problem}`);
});

test.each([
  ['UK', 'GB'],
  ['united kingdom', 'GB'],
  ['Sweden', 'SE'],
  ['usa', 'such as US'],
])('CRM_DEFAULT_COUNTRY=%s is refused for every source, with %s', (CRM_DEFAULT_COUNTRY, code) => {
  for (const CRM_SOURCE of CRM_NAMES) {
    expect(() => check({ CRM_SOURCE, ...fakeCrm(CRM_SOURCE).settings, CRM_DEFAULT_COUNTRY })).toThrow(
      `CRM_DEFAULT_COUNTRY in .env is not a country: give its ISO code, ${code}`,
    );
  }
});

test.each([
  ['CRM_SOURC', 'there are CRM_SOURCE, '],
  ['CUSTOMER_FILE', 'there are CUSTOMERS_FILE, CUSTOMERS_MAX_UNUSABLE'],
  ['customers_file', 'there are CUSTOMERS_FILE, '],
  ['HUBSPOT_TOKEN', 'there are HUBSPOT_ACCESS_TOKEN, '],
])('%s is warned of, and what there is', (name, remedy) => {
  const [warning, ...others] = check({ [name]: 'x' });
  expect(warning).toContain(`.env: warning: ${name} is not a setting: ${remedy}`);
  expect(others).toEqual([]);
  expect(() => check({ [name]: 'x', CRM_TIMEOUT_MS: '3s' })).toThrow(remedy);
});

test('neither settings of any source nor variables of others are warned of', () => {
  const all = Object.assign(
    { SOMEBODY_ELSES_URL: 'x', PORT: '1' },
    ...CRM_NAMES.map((name) => fakeCrm(name).settings),
  );
  expect(check({ CRM_DEFAULT_COUNTRY: 'gb', ...all })).toEqual([]);
});

test('all that is wrong is named at once, without what is set', () => {
  const wrong = { CRM_SOURCE: 'http', CRM_URL: 'http://secret.example.com', ACCOUNT_SID: 'AC-secret' };
  expect(() => check(wrong)).toThrow(/CRM_URL has to be a URL.*\n\.env: ACCOUNT_SID is malformed/);
  expect(() => check(wrong)).not.toThrow('secret');
});

test('a source that needs the Functions runtime to be loaded is built', () => {
  const project = mkdtempSync(join(tmpdir(), 'settings-'));
  mkdirSync(join(project, 'assets/crm'), { recursive: true });
  cpSync(builtFolder(), join(project, 'dist'), { recursive: true });
  writeFileSync(join(project, 'assets/crm/mine.private.ts'), '');
  writeFileSync(join(project, 'dist/assets/crm/mine.private.js'), 'throw new Error("no runtime")');
  const repository = process.cwd();
  process.chdir(project);
  try {
    expect(() => checkSettings('dist', { CRM_SOURCE: 'mine' })).not.toThrow();
  } finally {
    process.chdir(repository);
    rmSync(project, { recursive: true });
  }
});

describe('a file of customers in the project under another name than git ignores', () => {
  const cwd = process.cwd();
  let project: string;
  beforeEach(() => {
    project = makeProjectCopy();
    process.env.BUILD_FOLDER = resolve(builtFolder());
    process.chdir(project);
    writeFileSync('.gitignore', readFileSync(join(cwd, '.gitignore')));
  });
  afterEach(() => {
    process.chdir(cwd);
    rmSync(project, { recursive: true });
  });
  const warningsFor = (CUSTOMERS_FILE: string) => check({ CUSTOMERS_FILE });

  test('is warned of, since it could be committed', () => {
    execFileSync('git', ['init', '--quiet']);
    const warning = (file: string) => [
      `.env: warning: CUSTOMERS_FILE=${file}: git does not ignore it, so that your customers could be committed: call it ` +
        'customers.csv or customers.json, or keep it outside of the project',
    ];
    for (const file of ['contacts.csv', './exports/all.json', resolve('contacts.csv')]) {
      expect(warningsFor(file)).toEqual(warning(file));
    }
    for (const file of ['', 'customers-of-may.csv', '../contacts.csv', 'assets/customers.private.json']) {
      expect(warningsFor(file)).toEqual([]);
    }
    appendFileSync('.gitignore', 'exports/\n');
    expect(warningsFor('exports/all.json')).toEqual([]);
  });

  test('is none of git’s business without git', () => {
    expect(warningsFor('contacts.csv')).toEqual([]);
  });
});
