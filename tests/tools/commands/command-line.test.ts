import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  type Command,
  confirm,
  EXIT,
  hasColours,
  refuseSwallowedFlags,
  runCommand,
  UsageError,
} from '../../../tools/commands/command-line';
import { Problem } from '../../../tools/problem';

const options = { to: { type: 'string' } } as const;

async function run(args: string[], action: Command<typeof options>['run']) {
  const out: string[] = [];
  const problems: string[] = [];
  const code = await runCommand({ usage: 'npm run greet -- [--to NAME]', options, run: action }, args, {
    env: {},
    connect: () => {
      throw new Error('not connected');
    },
    signal: new AbortController().signal,
    out: (text) => out.push(text),
    problem: (line) => problems.push(line),
    note: () => undefined,
  });
  return { code, out, problems };
}
const greet: Command<typeof options>['run'] = async ({ to = 'all' }, { result }) => {
  result(`Hello, ${to}`, { to });
  return EXIT.done;
};

test('a command gets its flags, and says what it did', async () => {
  expect(await run(['--to', 'Ada'], greet)).toEqual({ code: 0, out: ['Hello, Ada'], problems: [] });
});

test('with --json it prints JSON instead', async () => {
  const { out } = await run(['--json'], greet);
  expect(out.map((text) => JSON.parse(text))).toEqual([{ to: 'all' }]);
});

test('--help shows how it is called, and does nothing', async () => {
  const action = jest.fn(greet);
  expect(await run(['--help', '--to', 'Ada'], action)).toEqual({
    code: 0,
    out: ['npm run greet -- [--to NAME]'],
    problems: [],
  });
  expect(action).not.toHaveBeenCalled();
});

test.each([[['--too', 'Ada']], [['Ada']], [['--to']]])(
  'with %j it says how it is called, and exits with 2',
  async (args) => {
    const { code, out, problems } = await run(args, greet);
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(problems.join()).toContain('npm run greet -- [--to NAME]');
  },
);

test('a flag that npm took for itself is a usage error, and one of npm’s own settings is not', () => {
  const taken =
    (env: Record<string, string>, flags = {}) =>
    () =>
      refuseSwallowedFlags(
        { options: { undo: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, yes: { type: 'boolean' } } },
        flags,
        {
          npm_lifecycle_event: 'connect',
          ...env,
        },
      );
  expect(taken({ npm_config_undo: 'true' })).toThrow(
    new UsageError('npm took --undo for itself: write npm run connect -- --undo'),
  );
  expect(taken({ npm_config_dry_run: 'true' })).toThrow('npm run connect -- --dry-run');
  expect(taken({ npm_config_undo: 'true' }, { undo: true })).not.toThrow();
  expect(taken({ npm_config_yes: 'true', npm_config_color: 'always' })).not.toThrow();
});

test('flags that do not go together are a usage error as well', async () => {
  const { code, problems } = await run([], async () => {
    throw new UsageError('--to is missing');
  });
  expect(code).toBe(2);
  expect(problems).toEqual(['--to is missing\n\nnpm run greet -- [--to NAME]\n--help shows more.']);
});

test('a problem is told without a stack, and exits with 1', async () => {
  const { code, out, problems } = await run([], async () => {
    throw new Problem('.env is missing: copy .env.example');
  });
  expect({ code, out, problems }).toEqual({
    code: 1,
    out: [],
    problems: ['.env is missing: copy .env.example'],
  });
});

test('with --json, what is wrong is JSON as well, as one document', async () => {
  const fail = async () => {
    throw new Problem('.env is missing');
  };
  const failLate: typeof greet = async (_, { result }) => {
    result('', { greeted: 1 });
    throw new Problem('nobody else is here');
  };
  const documents = [
    await run(['--json'], fail),
    await run(['--json', '--too'], greet),
    await run(['--json'], failLate),
  ].map(({ out }) => out.map((text) => JSON.parse(text)));
  expect(documents).toEqual([
    [{ ok: false, error: '.env is missing' }],
    [{ ok: false, error: expect.stringContaining('--too') }],
    [{ greeted: 1 }],
  ]);
});

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

test('a bug is not told as a problem', async () => {
  const bug = new TypeError('undefined is not a function');
  const action = async () => {
    throw bug;
  };
  await expect(run([], action)).rejects.toBe(bug);
});

test.each([
  [true, undefined, true],
  [true, '', true],
  [true, '1', false],
  [false, undefined, false],
])('to a terminal (%p) with NO_COLOR=%p: colours %p', (isTTY, NO_COLOR, expected) => {
  expect(hasColours({ isTTY }, { NO_COLOR })).toBe(expected);
});

describe('as a process', () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'command-'));
    const commandLine = JSON.stringify(resolve('tools/commands/command-line'));
    const run = 'async (_flags, { env, result }) => { result(env.CRM_AUTHORIZATION, {}); return 0; }';
    const command = `{ usage: 'npm run show', options: {}, run: ${run} }`;
    writeFileSync(join(project, 'show.ts'), `require(${commandLine}).runAsProcess(${command});`);
  });
  afterEach(() => rmSync(project, { recursive: true }));

  const show = (envFile: string, flags: string[] = [], variables = {}) => {
    writeFileSync(join(project, '.env'), envFile);
    const args = ['--import', require.resolve('tsx'), 'show.ts', ...flags];
    const env = { ...process.env, ...variables };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: project,
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  test('it has the variables of .env as the Functions get them, but for those of the shell', () => {
    const envFile = '\uFEFFCRM_AUTHORIZATION=Bearer ab#cd\n';
    expect(show(envFile)).toEqual({ status: 0, stdout: 'Bearer ab#cd\n', stderr: '' });
    expect(show(envFile, [], { CRM_AUTHORIZATION: 'Bearer x' }).stdout).toBe('Bearer x\n');
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
});
