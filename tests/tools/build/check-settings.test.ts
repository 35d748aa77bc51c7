import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFolder } from '../../../tools/build/built-folder';
import { checkSettings, type Settings, sourceOf } from '../../../tools/build/check-settings';
import { CRM_NAMES, fakeCrm } from '../../../tools/fakes/fake-crms';
import { requiredSettings } from '../../helpers/fake-crms';

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
])('%s=%s is refused', (name, value, problem) => {
  expect(() => check({ ACCOUNT_SID, [name]: value })).toThrow(`${name} ${problem}`);
});

test('all that is wrong is named at once, without what is set', () => {
  const wrong = { CRM_SOURCE: 'http', CRM_URL: 'http://secret.example.com', ACCOUNT_SID: 'AC-secret' };
  expect(() => check(wrong)).toThrow(/CRM_URL has to be a URL.*; ACCOUNT_SID is malformed/);
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
