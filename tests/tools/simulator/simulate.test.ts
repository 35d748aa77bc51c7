import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { builtFolder } from '../../../tools/build/built-folder';
import { runCommand } from '../../../tools/commands/command-line';
import { until } from '../../../tools/runtime/local-runtime';
import { simulate } from '../../../tools/simulator/simulate-command';

/** The project in a folder of its own, so that its files can be changed, with a folder for what is temporary. */
const SECRET = 'c0ffee00c0ffee00';
let project: string;
let temporary: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'simulate-'));
  temporary = join(project, 'tmp');
  mkdirSync(temporary);
  for (const file of ['functions', 'assets', 'tools', 'package.json', '.twilioserverlessrc']) {
    cpSync(file, join(project, file), { recursive: true });
  }
  cpSync(builtFolder(), join(project, 'dist'), { recursive: true });
  cpSync('tests/fixtures/customers.json', join(project, 'customers.json'));
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) cpSync(file, join(project, file));
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  writeFileSync(join(project, '.env'), `AUTH_TOKEN=${SECRET}\nHUBSPOT_ACCESS_TOKEN=${SECRET}\n`);
});
afterAll(() => rmSync(project, { recursive: true }));

const SIMULATE = 'tools/simulator/simulate.ts';
const options = (detached = false) => {
  const { BUILD_FOLDER: _, ...env } = process.env;
  return { cwd: project, detached, env: { ...env, PORT: '0', TMPDIR: temporary } };
};
const start = (args: string[] = [], detached = false, command = SIMULATE) =>
  spawn(process.execPath, ['--import', 'tsx', command, ...args], options(detached));
const run = async (args: string[], command?: string) => {
  const child = start(args, false, command);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
};
/** What simulators have left. */
const left = () => readdirSync(temporary).filter((name) => name.startsWith('frontline-'));

test('has written no credentials to disk if all its processes are killed', async () => {
  const child = start(['--from', '+15555550123', '--break', 'crm-slow'], true);
  await until(
    () => ['project', 'switches'].every((kind) => left().some((name) => name.includes(kind))),
    () => 'it did not start',
  );
  await setTimeout(500);
  process.kill(-Number(child.pid), 'SIGKILL');
  await once(child, 'close');
  const files = readdirSync(temporary, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => readFileSync(file, 'utf8').includes(SECRET))).toEqual([]);
}, 30_000);

test('plays one message in the terminal, and leaves nothing behind, not even of one that was killed', async () => {
  const { code, stdout } = await run([
    '--from',
    '+1 (555) 555-0123',
    '--text',
    'Hi',
    '--expect-customer',
    'C-1002',
  ]);
  expect(code).toBe(0);
  const shown = stdout.replaceAll(/:\d{4,5}\//g, ':PORT/').replaceAll(/\d+ ms/g, 'N ms');
  expect(shown).toBe(`Conversation
  Luca Marchetti, http://localhost:PORT/avatars/luca.png
Participants
  +15555550123, customer_id C-1002, Luca Marchetti, http://localhost:PORT/avatars/luca.png
  worker@example.com
Traffic, with customers from customers.json
  From +15555550123: Hi
    onConversationAdd: +15555550123
      200, N ms: Named Luca Marchetti, with an avatar.
    onParticipantAdded: +15555550123
      200, N ms: Linked with one call.
      Update the participant
        200: Done.
    onParticipantAdded: worker@example.com
      200, N ms: A worker, not a customer: no call.
Log
  onConversationAdd +1555•••0123 known customer_id="C-1002" source=file N ms
  onParticipantAdded no customer source=file N ms
  onParticipantAdded +1555•••0123 linked customer_id="C-1002" source=file N ms
`);
  expect(left()).toEqual([]);
}, 60_000);

test('prints JSON and nothing else, and ends with 1 if one of a group is another customer', async () => {
  const group = ['--from', '+14155550147', '--group', '+15555550123,+15550000009'];
  const { code, stdout, stderr } = await run([...group, '--expect-customer', 'C-1001,C-1003', '--json']);
  expect(code).toBe(1);
  expect(stderr).toBe(
    'Expected that number 1 of --group is C-1003, but it is C-1002\nChecked the first 2 of 3 who write\n',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    lost: false,
    source: 'file',
    customersFile: 'customers.json',
    conversation: {
      friendlyName: 'Ada Okafor, Luca Marchetti',
      participants: [{}, {}, { attributes: '{}' }, {}],
    },
  });
}, 60_000);

test('knows the customers of an export that CUSTOMERS_FILE names', async () => {
  const file = resolve('tests/fixtures/exports/hubspot.csv');
  const env = readFileSync(join(project, '.env'), 'utf8');
  writeFileSync(join(project, '.env'), `${env}CUSTOMERS_FILE=${file}\nCRM_DEFAULT_COUNTRY=US\n`);
  const { code, stdout } = await run(['--from', '+14155550147', '--expect-customer', '501', '--json']);
  writeFileSync(join(project, '.env'), env);
  expect(JSON.parse(stdout)).toMatchObject({ customersFile: file, source: 'file' });
  expect(code).toBe(0);
}, 60_000);

test('a Function that throws is shown with its line, and ends it with 1', async () => {
  const file = join(project, 'functions/on-conversation-add.protected.ts');
  const code = readFileSync(file, 'utf8');
  const throws = "(process as NodeJS.Process).send?.('not for the simulator'); JSON.parse('null').x;";
  writeFileSync(file, code.replace(/^ *let properties\b/m, `${throws}\n$&`));
  const { code: ended, stdout } = await run(['--from', '+15550000009']);
  writeFileSync(file, code);
  expect(ended).toBe(1);
  expect(stdout).toContain('The message is lost.');
  expect(stdout).toMatch(
    /threw “Cannot read properties of null.*” at dist\/functions\/on-conversation-add\.protected\.js:\d+/,
  );
}, 60_000);

test('a Function that does not answer ends it with 1, though no message is lost', async () => {
  const file = join(project, 'functions/on-participant-added.protected.ts');
  const code = readFileSync(file, 'utf8');
  writeFileSync(file, code.replace('return callback(null, {});', 'return;'));
  const { code: ended, stdout, stderr } = await run(['--from', '+15555550123']);
  writeFileSync(file, code);
  expect(stdout).toContain('onParticipantAdded');
  expect(stderr).toContain('onParticipantAdded: +15555550123: No answer in 5 s.');
  expect(ended).toBe(1);
}, 60_000);

test.each([
  ['tools/simulator/simulate.ts', ['--from', '+15555550123', '--json']],
  ['tools/commands/relink/build-and-relink.ts', ['--simulate', '--json']],
])(
  'a build that fails is one JSON document of %s',
  async (command, args) => {
    const customers = join(project, 'customers.json');
    const before = readFileSync(customers, 'utf8');
    writeFileSync(customers, '{');
    const { code, stdout } = await run(args, command);
    writeFileSync(customers, before);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ ok: false, error: expect.stringContaining('customers.json') });
  },
  60_000,
);

test.each([
  [['--form', '+14155550199'], /Unknown option '--form'/],
  [['--text', 'Hi'], /--from is missing/],
  [['--from', ''], /--from "": Type an address/],
  [['--from', '415'], /--from "415": Begin with \+/],
  [['--from', '+14155550199', '--group', 'ada'], /--group "ada": Not an address/],
  [['--from', '+14155550199', '--text', 'x'.repeat(1601)], /--text: 1600 characters at the most/],
  [['--from', '+14155550199', '--group', Array(9).fill('+14155550147').join()], /--group: 8 at the most/],
  [['--from', '+14155550199', '--break', 'nope'], /--break nope: there is no such switch/],
  [['--from', '+14155550199', '--expect-customer', ''], /--expect-customer is empty/],
  [['--from', '+14155550199', '--expect-customer', 'C-1,C-2'], /--expect-customer has 2 IDs, but 1 write/],
])('%j is a usage error', async (args, words) => {
  expect(await inProcess(args)).toMatchObject({ code: 2, problem: expect.stringMatching(words) });
});

test('so is a PORT that is not a port', async () => {
  const { PORT } = process.env;
  process.env.PORT = 'abc';
  expect(await inProcess([])).toMatchObject({
    code: 2,
    problem: expect.stringMatching(/PORT=abc is not a port/),
  });
  process.env.PORT = PORT ?? '';
});

async function inProcess(args: string[]) {
  let problem = '';
  const code = await runCommand(simulate, args, {
    env: {},
    connect: () => {
      throw new Error('no account is needed');
    },
    signal: new AbortController().signal,
    out: () => undefined,
    note: () => undefined,
    problem: (line) => {
      problem += line;
    },
  });
  return { code, problem };
}

describe('on a page', () => {
  let child: ReturnType<typeof start> | undefined;
  let url: string;
  let functions: string;
  const open = async (starting = () => start()) => {
    child?.kill('SIGKILL');
    child = starting();
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await until(
      () => printed.includes('The simulator is on'),
      () => 'the simulator did not start',
    );
    url = /http:\S+\d/.exec(printed)?.[0] ?? '';
    functions = (await status()).functionsUrl;
    return child;
  };
  beforeAll(async () => {
    await open();
  }, 60_000);
  afterAll(() => child?.kill('SIGKILL'));

  /** What a page is told when it is opened. */
  async function status() {
    const response = await fetch(`${url}/events`);
    const { value } = (await response.body?.getReader().read()) ?? {};
    const [first = ''] = Buffer.from(value ?? [])
      .toString()
      .split('\n');
    return JSON.parse(first.replace('data: ', '')).status;
  }
  const isServed = (at: string) => fetch(at).then(Boolean, () => false);

  test('is built and served anew when customers change, and says so when they cannot be', async () => {
    const customers = join(project, 'customers.json');
    const before = readFileSync(customers, 'utf8');
    writeFileSync(customers, before.replaceAll('Ada Okafor', 'Ada Lovelace'));
    await until(
      async () => (await (await fetch(`${url}/people?q=ada`)).text()).includes('Ada Lovelace'),
      () => 'it was not built anew',
    );
    writeFileSync(customers, before.replace('"customer_id": "C-1001",', ''));
    await until(
      async () => /1 of \d+ customers cannot be used/.test((await status()).state),
      () => 'it did not say why',
    );
    writeFileSync(customers, before);
  }, 60_000);

  const nothingIsLeft = () =>
    until(
      async () => !(await isServed(functions)) && !left().some((name) => name.includes('project')),
      () => `left: ${left()}`,
    );

  test('is served again when the process of the Functions has ended', async () => {
    // With the shell's own tools, as the process is not this one's child.
    const pid = execFileSync('pgrep', ['-P', String(child?.pid), '-f', 'twilio-run'], { encoding: 'utf8' });
    process.kill(Number(pid), 'SIGKILL');
    await until(
      async () => /has ended/.test((await status()).state),
      () => 'it did not say so',
    );
    await until(
      async () => (await status()).state === '' && (await isServed(functions)),
      () => 'it is not served again',
    );
  }, 60_000);

  test('nothing runs any more after SIGKILL', async () => {
    child?.kill('SIGKILL');
    await nothingIsLeft();
  }, 60_000);

  test('nothing is left after Ctrl-C', async () => {
    const exited = once(await open(), 'exit');
    child?.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    await nothingIsLeft();
    expect(left()).toEqual([]);
  }, 60_000);

  test('nothing is left after SIGTERM to npm', async () => {
    await open(() => spawn('npm', ['run', 'simulate'], options()));
    child?.kill('SIGTERM');
    await nothingIsLeft();
    await until(
      () => left().length === 0,
      () => `left: ${left()}`,
    );
  }, 60_000);
});

test('leaves nothing behind in the terminal on SIGTERM', async () => {
  const child = start(['--from', '+15555550123', '--break', 'crm-slow']);
  await until(
    () => ['switches', 'project'].every((kind) => left().some((name) => name.includes(kind))),
    () => 'it did not start',
  );
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(left()).toEqual([]);
}, 30_000);
