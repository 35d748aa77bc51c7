import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addEnvFile, checkEnvFile, readEnvFile, warningOfShell } from '../../../tools/build/env-file';
import { Problem } from '../../../tools/problem';

/** What `twilio-run deploy` uploads as variables. */
const { readLocalEnvFile } = require('twilio-run/dist/config/utils/env') as {
  readLocalEnvFile(flags: { cwd: string }): Promise<{ localEnv: NodeJS.Dict<string> }>;
};
const repository = process.cwd();
let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'env-file-'));
  process.chdir(project);
});
afterEach(() => {
  process.chdir(repository);
  rmSync(project, { recursive: true });
});

test('no file means no variables, and nothing wrong', () => {
  expect(readEnvFile()).toEqual({});
  expect(checkEnvFile).not.toThrow();
});

test('a byte order mark, which Notepad writes, is not part of the first variable', () => {
  writeFileSync('.env', '\uFEFFCRM_SOURCE=hubspot\r\n');
  expect(readEnvFile()).toEqual({ CRM_SOURCE: 'hubspot' });
  expect(checkEnvFile).not.toThrow();
});

describe('added to an environment', () => {
  const ofShell = { CRM_URL: 'https://crm.example', HUBSPOT_ID_PROPERTY: 'email', CHAT_SERVICE_SID: 'IS2' };
  const kept = { ACCOUNT_SID: 'AC2', AUTH_TOKEN: 'two', HOME: '/' };
  const shell = { ...ofShell, ...kept, CRM_SOURCE: 'hubspot' };
  const added = { HUBSPOT_ACCESS_TOKEN: 'pat-own', NO_COLOR: '1' };
  beforeEach(() => {
    writeFileSync('.env.example', '# HUBSPOT_ID_PROPERTY=\n# HUBSPOT_ACCESS_TOKEN=\n');
    const settings = 'CRM_SOURCE=file\nCHAT_SERVICE_SID=IS1\nHUBSPOT_ACCESS_TOKEN=pat-own\nNO_COLOR=1\n';
    writeFileSync('.env', `${settings}ACCOUNT_SID=AC1\nAUTH_TOKEN=one\n`);
  });
  const add = (asFunctions: boolean) => {
    const env = { ...shell };
    addEnvFile(env, asFunctions);
    return env;
  };

  test('it leaves what is there', () => {
    expect(add(false)).toEqual({ ...shell, ...added });
  });

  test('it replaces the settings of the Functions, but not which account is meant', () => {
    expect(add(true)).toEqual({ ...kept, ...added, CRM_SOURCE: 'file', CHAT_SERVICE_SID: 'IS1' });
  });

  test('what is not read of the shell is named', () => {
    expect(warningOfShell(shell)).toMatch(/: CRM_URL, HUBSPOT_ID_PROPERTY, CHAT_SERVICE_SID, CRM_SOURCE$/);
    expect(warningOfShell({ ...kept, CRM_SOURCE: 'file' })).toBeUndefined();
  });
});

describe.each([
  ['a # within a word', 'CRM_AUTHORIZATION=Bearer ab#cd', 'Bearer ab#cd'],
  ['a # between quotation marks', 'CRM_AUTHORIZATION="Customer # 1"', 'Customer # 1'],
  ['quotation marks within others', `CRM_AUTHORIZATION='it's "a" \`b\`'`, `it's "a" \`b\``],
  ['an apostrophe', "CRM_AUTHORIZATION=l'ID", "l'ID"],
  ['spaces around it', '  CRM_AUTHORIZATION = Bearer x  ', 'Bearer x'],
  ['nothing', 'CRM_AUTHORIZATION=', ''],
])('a value with %s', (_what, line, value) => {
  test('is read as the deployed Functions get it, and is fine', async () => {
    writeFileSync('.env', `# A comment\n\n${line}\n  # CRM_SOURCE=file\n`);
    const { localEnv } = await readLocalEnvFile({ cwd: project });
    expect(localEnv).toEqual({ CRM_AUTHORIZATION: value });
    expect(readEnvFile()).toEqual(localEnv);
    expect(checkEnvFile).not.toThrow();
  });
});

describe.each([
  ['a comment behind it', 'CRM_URL=secret # our own service', 'part of CRM_URL: put a comment on a line'],
  ['a comment alone', 'CRM_URL= # none', 'part of CRM_URL'],
  ['a comment behind quotation marks', 'CRM_URL="secret" # the "new" one', 'write CRM_URL="…"'],
  ['backticks', 'CRM_URL=`secret`', 'quotation marks of CRM_URL'],
  ['a space behind quotation marks', 'CRM_URL="secret" ', 'not even a space'],
  ['several lines', 'CRM_URL="secret\nof two lines"', 'write CRM_URL="…" or CRM_URL=\'…\' on one line'],
  ['export', 'export CRM_URL=secret', 'CRM_URL is not set, as'],
  ['a colon', 'CRM_URL: secret', 'write NAME=value'],
])('a value with %s', (_what, line, problem) => {
  test('is told with its line and what to write, without what is in it', () => {
    writeFileSync('.env', `CRM_SOURCE=http\n${line}\n`);
    expect(checkEnvFile).toThrow(Problem);
    expect(checkEnvFile).toThrow(/^\.env, line 2: /);
    expect(checkEnvFile).toThrow(problem);
    expect(checkEnvFile).not.toThrow('secret');
  });
});
