import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Command, EXIT } from '../../../tools/commands/command-line';
import { connect } from '../../../tools/commands/connect/connect';
import { doctor } from '../../../tools/commands/doctor/doctor';
import { relink } from '../../../tools/commands/relink/relink';
import { confirm, hasColours } from '../../../tools/commands/run-as-process';
import { upload } from '../../../tools/commands/upload/upload';

test.each([
  ['y\n', true],
  ['Yes\n', true],
  ['\n', false],
  ['', false],
])('%j, and then the end of the input, is taken for %p', async (typed, expected) => {
  const input = new PassThrough();
  const confirmed = confirm('Change this?', input, new PassThrough(), new AbortController());
  input.end(typed);
  expect(await confirmed).toBe(expected);
});

test.each([
  [true, undefined, true],
  [true, '', true],
  [true, '1', false],
  [false, undefined, false],
])('to a terminal (%p) with NO_COLOR=%p: colours %p', (isTTY, NO_COLOR, expected) => {
  expect(hasColours({ isTTY }, { NO_COLOR })).toBe(expected);
});

test('relink and doctor do what the Functions do, with their settings', () => {
  const commands = [relink, doctor, connect, upload].map(
    (command: Command) => command.hasSettingsOfFunctions,
  );
  expect(commands).toEqual([true, true, undefined, undefined]);
});

describe('as a process', () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'command-'));
    const runAsProcess = JSON.stringify(resolve('tools/commands/run-as-process'));
    // As many calls may wait at once.
    const run = `async (_flags, { env, result, signal }) => {
      for (let i = 0; i < 11; i++) signal.addEventListener('abort', () => i);
      result([env.CRM_AUTHORIZATION, env.CRM_SOURCE].join(', '), {});
      return 0;
    }`;
    const command = `{ usage: 'npm run show', options: {}, run: ${run} }`;
    const asFunctions = 'hasSettingsOfFunctions: process.env.AS_FUNCTIONS';
    writeFileSync(
      join(project, 'show.ts'),
      `require(${runAsProcess}).runAsProcess({ ...${command}, ${asFunctions} });`,
    );
  });
  afterEach(() => rmSync(project, { recursive: true }));

  const show = (envFile: string, flags: string[] = [], variables = {}) => {
    writeFileSync(join(project, '.env'), envFile);
    const args = ['--require', require.resolve('tsx/cjs'), 'show.ts', ...flags];
    const env = { ...process.env, ...variables };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: project,
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  test('it has the variables of .env, but for those of the shell; and of the Functions, if it does what they do', () => {
    const envFile = '\uFEFFCRM_AUTHORIZATION=Bearer ab#cd\nCRM_SOURCE=file\n';
    expect(show(envFile, [], { CRM_SOURCE: 'hubspot' })).toEqual({
      status: 0,
      stdout: 'Bearer ab#cd, hubspot\n',
      stderr: '',
    });
    expect(show(envFile, [], { CRM_SOURCE: 'hubspot', AS_FUNCTIONS: 'yes' })).toEqual({
      status: 0,
      stdout: 'Bearer ab#cd, file\n',
      stderr: 'Set in the shell, and not read, as the Functions have what is in .env: CRM_SOURCE\n',
    });
  }, 30_000);

  test('it does nothing with a .env that the Functions would read otherwise, but shows its usage', () => {
    const envFile = 'CRM_AUTHORIZATION=Bearer x # from IT\n';
    expect(show(envFile)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^\.env, line 1: /),
    });
    expect(show(envFile, ['--help'])).toEqual({ status: 0, stdout: 'npm run show\n', stderr: '' });
  }, 30_000);

  /** A command that waits for what is under way after Ctrl-C, and then says so. Its clock is four times as fast. */
  const startBusy = (underWayMs: number) => {
    const runAsProcess = JSON.stringify(resolve('tools/commands/run-as-process'));
    const run = `async (_flags, { signal, result, problem }) => {
      for (let i = 0; !signal.aborted; i++) {
        result('line ' + i, {});
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, ${underWayMs}));
      problem('stopped');
      return 1;
    }`;
    writeFileSync(
      join(project, 'busy.ts'),
      `const now = performance.now.bind(performance);
      performance.now = () => 4 * now();
      require(${runAsProcess}).runAsProcess({ usage: '', options: {}, run: ${run} });`,
    );
    return spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), 'busy.ts'], { cwd: project });
  };

  test('a second Ctrl-C ends it at once, but the one that npm passes on does not', async () => {
    const busy = startBusy(60_000);
    await once(busy.stdout, 'data');
    const ended = once(busy, 'exit');
    busy.kill('SIGINT');
    busy.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(busy.exitCode).toBeNull();
    busy.kill('SIGINT');
    expect(await ended).toEqual([EXIT.interrupted, null]);
  }, 30_000);

  test('it ends in order when nobody reads on', async () => {
    const busy = startBusy(100);
    let stderr = '';
    busy.stderr.on('data', (text) => {
      stderr += text;
    });
    await once(busy.stdout, 'data');
    busy.stdout.destroy();
    expect(await once(busy, 'close')).toEqual([EXIT.interrupted, null]);
    expect(stderr).toBe('stopped\n');
  }, 30_000);
});
