/**
 * The way from a clone to an installation that works, and back. What leads there is run as a user runs it; what is looked up
 * before, and put back, by the same commands in this process.
 */
import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCommand } from '../../../../tools/commands/command-line';
import { connect } from '../../../../tools/commands/connect/connect';
import { doctor } from '../../../../tools/commands/doctor/doctor';
import { connectToFake } from '../../../../tools/fakes/connect-to-fake';
import { type FakeAccount, startFakeAccount } from '../../../../tools/fakes/twilio/fake-account';
import { DOMAIN } from '../../../../tools/fakes/twilio/serverless';
import { copyProject } from '../../../../tools/runtime/local-runtime';
import { ACCOUNT } from '../../../helpers/fake-account';
import { startTestRuntime, type TestRuntime } from '../../../helpers/test-runtime';

let account: FakeAccount;
let runtime: TestRuntime;
let project: string;
const repository = process.cwd();
beforeAll(async () => {
  [account, runtime] = await Promise.all([startFakeAccount(ACCOUNT), startTestRuntime()]);
  project = copyProject();
  const { accountSid, authToken } = ACCOUNT;
  writeFileSync(join(project, '.env'), `ACCOUNT_SID=${accountSid}\nAUTH_TOKEN=${authToken}\n`);
  account.state().domains[DOMAIN] = runtime.url;
  process.chdir(project);
}, 30_000);
afterAll(() => {
  process.chdir(repository);
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
  `--import ${join(repository, 'node_modules/tsx/dist/loader.mjs')} ${join(repository, 'tools/commands', name, `${name}.ts`)}`;

/** Runs a command in the project, without a process for it. */
async function runHere(command: Parameters<typeof runCommand>[0], ...args: string[]) {
  const output = { stdout: [] as string[], stderr: [] as string[] };
  const code = await runCommand(command, args, {
    env: { ACCOUNT_SID: ACCOUNT.accountSid, AUTH_TOKEN: ACCOUNT.authToken },
    connect: () => connectToFake(account, ACCOUNT),
    signal: new AbortController().signal,
    out: (text) => output.stdout.push(text),
    problem: (line) => output.stderr.push(line),
    note: () => undefined,
  });
  return { code, stdout: output.stdout.join('\n'), stderr: output.stderr.join('\n') };
}

test('deploy, connect, doctor: all well; and undo', async () => {
  const deployed = await run(join(project, 'node_modules/twilio-run/bin/twilio-run.js'), 'deploy');
  expect(deployed).toMatchObject({ code: 0 });
  expect(existsSync(join(project, '.twiliodeployinfo'))).toBe(true);

  const early = await runHere(doctor);
  expect([early.code, early.stdout]).toEqual([1, expect.stringContaining('→ Run npm run connect.')]);

  const connected = await run(command('connect'), '--yes');
  expect([connected.code, connected.stderr]).toEqual([0, '']);
  expect(connected.stdout).toContain('npm run doctor');

  const well = await run(command('doctor'));
  expect([well.code, well.stderr, well.stdout]).toEqual([0, '', expect.stringMatching(/All well\.\n$/)]);
  expect(well.stdout).not.toContain('\u001b[');

  expect(await runHere(connect, '--undo', '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(account.state().configuration.webhooks.account).toMatchObject({
    preWebhookUrl: null,
    postWebhookUrl: null,
  });
  expect((await runHere(doctor, 'webhooks')).code).toBe(1);
}, 120_000);
