/** The way from a clone to an installation that works, and back, by the commands as a user runs them. */
import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type FakeAccount, startFakeAccount } from '../../../../tools/fakes/twilio/fake-account';
import { DOMAIN } from '../../../../tools/fakes/twilio/serverless';
import { copyProject } from '../../../../tools/runtime/local-runtime';
import { ACCOUNT } from '../../../helpers/fake-account';
import { startTestRuntime, type TestRuntime } from '../../../helpers/test-runtime';

let account: FakeAccount;
let runtime: TestRuntime;
let project: string;
beforeAll(async () => {
  [account, runtime] = await Promise.all([startFakeAccount(ACCOUNT), startTestRuntime()]);
  project = copyProject();
  const { accountSid, authToken } = ACCOUNT;
  writeFileSync(join(project, '.env'), `ACCOUNT_SID=${accountSid}\nAUTH_TOKEN=${authToken}\n`);
  account.state().domains[DOMAIN] = runtime.url;
}, 30_000);
afterAll(() => {
  account.close();
  rmSync(project, { recursive: true });
  return runtime.stop();
});

async function run(script: string, ...args: string[]) {
  const { BUILD_FOLDER: _, ACCOUNT_SID: __, AUTH_TOKEN: ___, ...others } = process.env;
  const options = { cwd: project, env: { ...others, ...account.env } };
  try {
    const done = await promisify(execFile)(process.execPath, [...script.split(' '), ...args], options);
    return { code: 0, ...done };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
const command = (name: string) =>
  `--import ${resolve('node_modules/tsx/dist/loader.mjs')} ${resolve('tools/commands', name, `${name}.ts`)}`;

test('deploy, connect, doctor: all well; and undo', async () => {
  const deployed = await run(join(project, 'node_modules/twilio-run/bin/twilio-run.js'), 'deploy');
  expect(deployed).toMatchObject({ code: 0 });
  expect(existsSync(join(project, '.twiliodeployinfo'))).toBe(true);

  const early = await run(command('doctor'));
  expect([early.code, early.stdout]).toEqual([1, expect.stringContaining('→ Run npm run connect.')]);

  const connected = await run(command('connect'), '--yes');
  expect([connected.code, connected.stderr]).toEqual([0, '']);
  expect(connected.stdout).toContain('npm run doctor');

  const well = await run(command('doctor'));
  expect([well.code, well.stderr, well.stdout]).toEqual([0, '', expect.stringMatching(/All well\.\n$/)]);
  expect(well.stdout).not.toContain('\u001b[');
  expect(JSON.parse((await run(command('doctor'), '--json')).stdout)).toMatchObject({
    ok: true,
    verdict: 'ok',
  });

  expect(await run(command('connect'), '--undo', '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(account.state().configuration.webhooks.account).toMatchObject({
    preWebhookUrl: null,
    postWebhookUrl: null,
  });
  expect((await run(command('doctor'), 'webhooks')).code).toBe(1);
}, 120_000);
