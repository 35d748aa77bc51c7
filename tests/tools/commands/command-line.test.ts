import { type Command, EXIT, refuseSwallowedFlags, UsageError } from '../../../tools/commands/command-line';
import { Problem } from '../../../tools/problem';
import { runHere } from '../../helpers/run-here';

const options = { to: { type: 'string' } } as const;

const run = (args: string[], action: Command<typeof options>['run']) =>
  runHere({ usage: 'npm run greet -- [--to NAME]', options, run: action }, args);
const greet: Command<typeof options>['run'] = async ({ to = 'all' }, { result }) => {
  result(`Hello, ${to}`, { to });
  return EXIT.done;
};

test('a command gets its flags, and says what it did', async () => {
  expect(await run(['--to', 'Ada'], greet)).toEqual({ code: 0, out: ['Hello, Ada'], problems: [] });
});

test('what is wrong is said in lines that fit the terminal', async () => {
  const terminal = { columns: 20, paint: (_colour: unknown, text: string) => text };
  const talk: Command['run'] = async (_flags, { problem }) => {
    problem('! Nobody is there to be greeted');
    throw new Problem('The greeting is left to do');
  };
  const { problems } = await runHere({ usage: 'npm run talk', options: {}, run: talk }, [], { terminal });
  expect(problems).toEqual(['! Nobody is there to\n  be greeted', 'The greeting is left\nto do']);
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

test('a bug is not told as a problem', async () => {
  const bug = new TypeError('undefined is not a function');
  const action = async () => {
    throw bug;
  };
  await expect(run([], action)).rejects.toBe(bug);
});

test('a flag that npm took for itself is a usage error, and one of npm’s own settings is not', () => {
  const taken =
    (env: Record<string, string>, flags = {}) =>
    () =>
      refuseSwallowedFlags(['undo', 'dry-run', 'yes', 'json'], flags, {
        npm_lifecycle_event: 'connect',
        ...env,
      });
  expect(taken({ npm_config_undo: 'true' })).toThrow(
    new UsageError('npm took --undo for itself: write npm run connect -- --undo'),
  );
  expect(taken({ npm_config_dry_run: 'true' })).toThrow('npm run connect -- --dry-run');
  expect(taken({ npm_config_json: 'true' })).toThrow('npm run connect -- --json');
  expect(taken({ npm_config_undo: 'true' }, { undo: true })).not.toThrow();
  expect(taken({ npm_config_yes: 'true', npm_config_color: 'always' })).not.toThrow();
});

test('a flag that npm took for itself is said also when its value is left', async () => {
  const env = { npm_lifecycle_event: 'greet', npm_config_to: 'true' };
  expect(await runHere({ usage: '', options, run: greet }, ['Ada'], { env })).toMatchObject({
    code: 2,
    problems: [expect.stringMatching(/^npm took --to for itself: write npm run greet -- --to\n/)],
  });
});

test('a setting of npm hides no flag that is wrong', async () => {
  const env = { npm_lifecycle_event: 'greet', npm_config_to: 'true' };
  const { problems } = await runHere({ usage: '', options, run: greet }, ['--too'], { env });
  expect(problems[0]).toMatch(/^Unknown option '--too'/);
});

test('a wrong flag is said in a line', async () => {
  const command = { usage: '', options, operands: 'NAMES', run: greet };
  expect((await runHere(command, ['--too'])).problems[0]).toMatch(/^Unknown option '--too'\n/);
});
