import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { builtFolder } from '../../../tools/build/built-folder';
import { until } from '../../../tools/runtime/local-runtime';
import { isListening } from '../../helpers/is-listening';
import { makeProjectCopy } from '../../helpers/project-copy';

/** The project in a folder of its own, so that its files can be changed, with a folder for what is temporary. */
const SECRET = 'c0ffee00c0ffee00';
const ENV = `AUTH_TOKEN=${SECRET}\nHUBSPOT_ACCESS_TOKEN=${SECRET}\n`;
let project: string;
let temporary: string;
beforeAll(() => {
  project = makeProjectCopy();
  temporary = join(project, 'tmp');
  mkdirSync(temporary);
  writeFileSync(join(project, '.env'), ENV);
  const other = "\n(process as NodeJS.Process).send?.('not for the simulator');\n";
  appendFileSync(join(project, 'functions/on-conversation-add.protected.ts'), other);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(project, { recursive: true });
});

type Child = ChildProcessByStdio<null, Readable, Readable>;
const children: Child[] = [];
const start = (command: string, args: string[], variables = {}): Child => {
  const { BUILD_FOLDER: _, ...env } = process.env;
  const child = spawn(command, args, {
    cwd: project,
    env: { ...env, PORT: '0', TMPDIR: temporary, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
};
const startTool = (tool: string, ...args: string[]) =>
  start(process.execPath, ['--require', 'tsx/cjs', `tools/${tool}`, ...args]);
const endOf = async (child: Child) => {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
};

/** What simulators have left. */
const left = () => readdirSync(temporary).filter((name) => name.startsWith('frontline-'));
const isLeft = (kind: string) => left().some((name) => name.includes(kind));
const printed = async (child: Child, words: RegExp) => {
  let all = '';
  child.stdout.on('data', (chunk) => {
    all += chunk;
  });
  await until(
    () => words.test(all),
    () => 'it did not start',
  );
  return words.exec(all)?.[1] ?? '';
};

test('a simulator that is killed leaves nothing that runs, and no credentials on disk', async () => {
  const simulator = "require('./tools/simulator/simulator').startSimulator()";
  const told = 'then(({ functionsUrl }) => console.log(functionsUrl()))';
  const child = start(process.execPath, ['--require', 'tsx/cjs', '--eval', `${simulator}.${told}`], {
    BUILD_FOLDER: resolve(builtFolder()),
  });
  const url = await printed(child, /(http:\S+\d)\n/);
  // What is on disk while it runs is what stays if all its processes are killed.
  const files = readdirSync(temporary, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files.some((file) => file.includes('frontline-project'))).toBe(true);
  expect(files.filter((file) => readFileSync(file, 'utf8').includes(SECRET))).toEqual([]);
  child.kill('SIGKILL');
  await until(
    async () => !(await isListening(url)) && !isLeft('project'),
    () => `left: ${left()}`,
  );
}, 60_000);

test('plays one message in the terminal, with the customers of an export, and leaves nothing behind, not even of one that was killed', async () => {
  const file = resolve('tests/fixtures/exports/hubspot.csv');
  writeFileSync(join(project, '.env'), `${ENV}CUSTOMERS_FILE=${file}\nCRM_DEFAULT_COUNTRY=US\n`);
  const message = ['--from', '+1 (415) 555-0147', '--text', 'Hi', '--expect-customer', '501'];
  const { code, stdout } = await endOf(startTool('simulator/simulate.ts', ...message));
  writeFileSync(join(project, '.env'), ENV);
  // How often Twilio is called depends on how busy this machine is.
  const calls = /Linked[^\n]*\n( {6}[^\n]+\n {8}200: Done\.\n)+/;
  expect(stdout.replaceAll(/\d+ ms/g, 'N ms').replace(calls, 'Linked\n')).toBe(`Conversation
  Ada Okafor
Participants
  +14155550147, customer_id 501, Ada Okafor
  worker@example.com
Traffic, with customers from ${file}
  From +14155550147: Hi
    onConversationAdd: +14155550147
      200, N ms: Named Ada Okafor.
    onParticipantAdded: +14155550147
      200, N ms: Linked
    onParticipantAdded: worker@example.com
      200, N ms: A worker, not a customer: no call.
Log
  onConversationAdd +1415•••0147 known customer_id="501" source=file N ms
  onParticipantAdded no customer source=file N ms
  onParticipantAdded +1415•••0147 linked customer_id="501" source=file N ms
`);
  expect(code).toBe(0);
  expect(left()).toEqual([]);
}, 60_000);

test('leaves nothing behind in the terminal on SIGTERM to npm', async () => {
  const message = ['--from', '+15555550123', '--break', 'crm-slow'];
  const child = start('npm', ['run', 'simulate', '--', ...message]);
  const ended = endOf(child);
  await until(
    () => isLeft('switches') && isLeft('project'),
    () => 'it did not start',
  );
  child.kill('SIGTERM');
  expect((await ended).code).toBe(130);
  await until(
    () => left().length === 0,
    () => `left: ${left()}`,
  );
}, 60_000);

test('on a page, says so when customers cannot be built, and serves them anew when they can; nothing is left after Ctrl-C', async () => {
  const child = startTool('simulator/simulate.ts');
  const exited = once(child, 'exit');
  const url = await printed(child, /The simulator is on (http:\S+\d)/);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const told = eventsOf(url);
  const isTold = (words: RegExp) =>
    until(
      () => words.test(told()),
      () => `not told: ${words}`,
    );
  await isTold(/"functionsUrl":"(.+?)"/);
  const functionsUrl = /"functionsUrl":"(.+?)"/.exec(told())?.[1] ?? '';

  const customers = join(project, 'customers.json');
  const before = readFileSync(customers, 'utf8');
  writeFileSync(customers, before.replace('"customer_id": "C-1001",', ''));
  await isTold(/1 of \d+ customers cannot be used/);
  writeFileSync(customers, before.replaceAll('Ada Okafor', 'Ada Lovelace'));
  await isTold(/cannot be used[\s\S]*"state":"Building…[\s\S]*"state":""/);
  expect(said).toMatch(/cannot be used[\s\S]*Built again, with customers from customers\.json/);
  expect(await (await fetch(`${url}/people?q=ada`)).text()).toContain('Ada Lovelace');
  expect(await isListening(functionsUrl)).toBe(true);
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  await until(
    async () => !(await isListening(functionsUrl)),
    () => 'the Functions are still served',
  );
  expect(left()).toEqual([]);
}, 60_000);

/** Opens the page. @returns all that it has been told */
function eventsOf(url: string) {
  let told = '';
  const take = async () => {
    const { body } = await fetch(`${url}/events`);
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) told += chunk;
  };
  // Its end is the simulator's.
  take().catch(() => undefined);
  return () => told;
}
