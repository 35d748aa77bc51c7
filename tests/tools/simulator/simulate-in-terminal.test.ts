import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFolder } from '../../../tools/build/built-folder';
import { simulate } from '../../../tools/simulator/simulate-command';
import { simulateInTerminal } from '../../../tools/simulator/simulate-in-terminal';
import { type Simulator, startSimulator } from '../../../tools/simulator/simulator';
import { runHere } from '../../helpers/run-here';

/** One simulator for all, of a build with a Function that throws, and one that does not answer, for these customers. */
const THROWS_FOR = '+15550000009';
const ANSWERS_NOT_FOR = '+447700900123';
let build: string;
let simulator: Simulator;
beforeAll(async () => {
  build = mkdtempSync(join(tmpdir(), 'simulate-'));
  cpSync(builtFolder(), build, { recursive: true });
  process.env.BUILD_FOLDER = build;
  const address = "event['MessagingBinding.Address']";
  insert('on-conversation-add', `if (${address} === '${THROWS_FOR}') JSON.parse('null').x;`);
  insert('on-participant-added', `if (${address} === '${ANSWERS_NOT_FOR}') return;`);
  simulator = await startSimulator({
    readVariables: () => ({ CUSTOMERS_FILE: 'tests/fixtures/customers.json' }),
    durations: { webhookTimeoutMs: 2000, initializingMs: 100 },
  });
}, 30_000);
afterAll(async () => {
  await simulator.stop();
  rmSync(build, { recursive: true });
});
beforeEach(() => simulator.twilio.clear());

/** Puts code at the beginning of a Function. */
function insert(name: string, code: string) {
  const file = join(build, `functions/${name}.protected.js`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^const handler = .*{$/m, `$&\n${code}`));
}

/** Runs the command on the simulator that is started already. */
async function run(...args: string[]) {
  const started: Simulator = { ...simulator, stop: async () => undefined };
  const onStarted: typeof simulate = {
    ...simulate,
    run: (flags, caller) => simulateInTerminal(flags, caller, async () => started),
  };
  const { code, out, problems } = await runHere(onStarted, args);
  return { code, stdout: out.join(''), stderr: problems.map((line) => `${line}\n`).join('') };
}

test('shows what a worker sees, with avatars', async () => {
  const { code, stdout, stderr } = await run('--from', '+1 (555) 555-0123', '--expect-customer', 'C-1002');
  const avatar = `${simulator.functionsUrl()}/avatars/luca.png`;
  expect(stdout).toContain(`Conversation
  Luca Marchetti, ${avatar}
Participants
  +15555550123, customer_id C-1002, Luca Marchetti, ${avatar}
  worker@example.com
Traffic, with customers from tests/fixtures/customers.json
  From +15555550123: Hello
`);
  expect([code, stderr]).toEqual([0, '']);
});

test('prints JSON and nothing else, and ends with 1 if one of a group is another customer', async () => {
  const group = ['--from', '+14155550147', '--group', '+15555550123,+15550000010'];
  const { code, stdout, stderr } = await run(...group, '--expect-customer', 'C-1001,C-1003', '--json');
  expect(code).toBe(1);
  expect(stderr).toBe(
    'Expected that number 1 of --group is C-1003, but it is C-1002\nChecked the first 2 of 3 who write\n',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    problems: ['Expected that number 1 of --group is C-1003, but it is C-1002'],
    lost: false,
    source: 'file',
    customersFile: 'tests/fixtures/customers.json',
    conversation: {
      friendlyName: 'Ada Okafor, Luca Marchetti',
      participants: [{}, {}, { attributes: '{}' }, {}],
    },
  });
});

test('all is well in JSON as well', async () => {
  const { code, stdout } = await run('--from', '+15555550123', '--expect-customer', 'C-1002', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, problems: [], lost: false });
  expect(code).toBe(0);
});

test('a Function that throws is shown with its line, and ends it with 1', async () => {
  const { code, stdout } = await run('--from', THROWS_FOR, '--expect-customer', 'C-1');
  expect(code).toBe(1);
  expect(stdout).toContain('The message is lost.');
  expect(stdout).toMatch(
    /threw “Cannot read properties of null.*” at dist\/functions\/on-conversation-add\.protected\.js:\d+/,
  );
});

test('a Function that does not answer ends it with 1, though no message is lost', async () => {
  const { code, stdout, stderr } = await run('--from', ANSWERS_NOT_FOR);
  expect(stdout).toContain('onParticipantAdded');
  expect(stderr).toContain(`onParticipantAdded: ${ANSWERS_NOT_FOR}: No answer in 2 s.`);
  expect(code).toBe(1);
}, 30_000);

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
  expect(await refusalOf(args)).toMatchObject({ code: 2, problem: expect.stringMatching(words) });
});

test('so is a PORT that is not a port', async () => {
  const { PORT } = process.env;
  process.env.PORT = 'abc';
  expect(await refusalOf([])).toMatchObject({
    code: 2,
    problem: expect.stringMatching(/PORT=abc is not a port/),
  });
  process.env.PORT = PORT ?? '';
});

async function refusalOf(args: string[]) {
  const { code, problems } = await runHere(simulate, args);
  return { code, problem: problems.join('') };
}
