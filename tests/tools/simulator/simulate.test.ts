import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { builtFolder } from '../../../tools/build/built-folder';
import { fakeCrm, startFakeCrms } from '../../../tools/fakes/fake-crms';
import { until } from '../../../tools/runtime/local-runtime';
import { FAULTS } from '../../../tools/simulator/switches';
import { describeInBrowser, launchBrowser } from '../../helpers/browser';

/** The project in a folder of its own, so that its files can be changed. */
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'simulate-'));
  for (const file of ['functions', 'assets', 'tools', 'package.json', '.twilioserverlessrc']) {
    cpSync(file, join(project, file), { recursive: true });
  }
  cpSync(builtFolder(), join(project, 'dist'), { recursive: true });
  cpSync('tests/fixtures/customers.json', join(project, 'customers.json'));
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) cpSync(file, join(project, file));
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'), 'junction');
});
afterAll(() => rmSync(project, { recursive: true }));

const edit = (file: string, from: string, to: string) => {
  const path = join(project, file);
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(from);
  writeFileSync(path, before.replaceAll(from, to));
};
const simulate = (args: string[] = [], variables = {}) => {
  const { BUILD_FOLDER: _, ...env } = process.env;
  return spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'tools/simulator/simulate.ts', ...args], {
    cwd: project,
    env: { ...env, ...variables },
  });
};
const addressIn = (printed: string) => /http:\S+\d/.exec(printed)?.[0] ?? '';
const run = async (args: string[], env = {}) => {
  const child = simulate(args, env);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close');
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
};

describe('for one message', () => {
  test('prints the conversation, the participants and the traffic', async () => {
    const { code, stdout } = await run(['--from', 'whatsapp:+15555550123', '--text', 'Hi']);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/:\d{4,5}\//g, ':PORT/').replaceAll(/\d+ ms/g, 'N ms')).toBe(
      `Conversation
  Luca Marchetti, http://localhost:PORT/avatars/luca.png
Participants
  whatsapp:+15555550123, customer_id C-1002, Luca Marchetti, http://localhost:PORT/avatars/luca.png
  worker@example.com
Traffic, with customers from customers.json
  From whatsapp:+15555550123: Hi
  onConversationAdd: whatsapp:+15555550123
    200, N ms: Named Luca Marchetti, with an avatar.
  onParticipantAdded: whatsapp:+15555550123
    200, N ms: Linked with one call.
  Update of the participant
    200: The participant is updated.
  onParticipantAdded: worker@example.com
    200, N ms: A worker, not a customer: no call.
Log
  onConversationAdd whatsapp:+1555•••0123 known customer_id="C-1002" source=file N ms
  onParticipantAdded no customer source=file N ms
  onParticipantAdded whatsapp:+1555•••0123 linked customer_id="C-1002" source=file N ms
`,
    );
  }, 30_000);

  test('prints JSON for scripts', async () => {
    const { code, stdout } = await run(['--from', '+15550000009', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      lost: false,
      source: 'file',
      customersFile: 'customers.json',
      conversation: { friendlyName: '+15550000009', participants: [{ attributes: '{}' }, {}] },
      traffic: expect.any(Array),
    });
  }, 30_000);

  test('exits with 1 if the message is lost', async () => {
    const file = 'dist/functions/on-conversation-add.protected.js';
    edit(file, 'callback(null, properties)', 'callback("no")');
    const { code, stdout } = await run(['--from', '+15550000009']);
    edit(file, 'callback("no")', 'callback(null, properties)');
    expect(code).toBe(1);
    expect(stdout).toContain('The message is lost.');
    expect(stdout).toContain('Answered 500: Twilio rejects the conversation');
  }, 30_000);
});

describe('with the CRM that .env names', () => {
  let apis: Awaited<ReturnType<typeof startFakeCrms>>;
  beforeAll(async () => {
    apis = await startFakeCrms();
    apis.know({ id: '1001', firstName: 'Grace', lastName: 'Hopper', phone: '+14155550199' });
  });
  afterAll(() => {
    rmSync(join(project, '.env'));
    apis.close();
  });

  // Sync is asked with the credentials of the real account, Conversations never is.
  test.each(['hubspot', 'sync'] as const)(
    '%s',
    async (source) => {
      const settings = { CRM_SOURCE: source, ...fakeCrm(source).settings };
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
      writeFileSync(join(project, '.env'), lines.join(''));
      apis.fault = undefined;
      const { code, stdout } = await run(['--from', '+14155550199'], apis.env);
      expect(code).toBe(0);
      expect(stdout).toContain('  +14155550199, customer_id 1001, Grace Hopper');
      expect(stdout).toContain(`Traffic, with customers from ${source}`);
      expect(stdout).toContain('Linked with one call.');

      apis.fault = { status: 401 };
      const refused = await run(['--from', '+14155550199'], apis.env);
      expect(refused.code).toBe(0);
      expect(refused.stdout).toContain(
        `answered 401: ${source === 'sync' ? 'are ACCOUNT_SID' : 'is HUBSPOT_ACCESS'}`,
      );
    },
    30_000,
  );
});

test('says with the log why a customer is not linked', async () => {
  const apis = await startFakeCrms();
  const grace = { id: '1001', firstName: 'Grace', lastName: 'Hopper', phone: '+14155550199' };
  apis.know(grace, { ...grace, id: '1002' });
  const settings = { CRM_SOURCE: 'hubspot', ...fakeCrm('hubspot').settings };
  writeFileSync(
    join(project, '.env'),
    Object.entries(settings)
      .map((entry) => `${entry.join('=')}\n`)
      .join(''),
  );
  const { stdout } = await run(['--from', '+14155550199'], apis.env);
  rmSync(join(project, '.env'));
  apis.close();
  expect(stdout).toContain('The CRM gave no customer: named by the address.');
  expect(stdout).toContain('  +1415•••0199 is ambiguous: customer_id "1001", "1002" have it, none is taken');
}, 30_000);

test.each([
  [['--help'], 0, /^npm run simulate/],
  [['--form', '+14155550199'], 1, /Unknown option '--form'.*--from ADDRESS/s],
  [['--text', 'Hi'], 1, /--from is missing.*--from ADDRESS/s],
])('with %j says how it is used', async (flags, code, words) => {
  const answer = await run(flags);
  expect(answer.code).toBe(code);
  expect(answer.stdout + answer.stderr).toMatch(words);
});

test('says which port is taken, and what to do', async () => {
  const taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await run([], { PORT: String(port) });
  taken.close();
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `Port ${port} is taken. Choose another one: PORT=${port + 1} npm run simulate\n`,
  });
}, 30_000);

describeInBrowser('the simulator’s page', () => {
  /** The CRM's time is short, so that nobody waits for it. */
  const SETTINGS = 'CRM_TIMEOUT_MS=600\n';
  let url: string;
  let simulator: ReturnType<typeof simulate>;
  let browser: Browser;
  let page: Page;
  let faults: string[] = [];
  let printed = '';

  beforeAll(async () => {
    writeFileSync(join(project, '.env'), SETTINGS);
    simulator = simulate([], { PORT: '0' });
    simulator.stdout.on('data', (chunk) => (printed += chunk));
    browser = await launchBrowser();
    await until(
      () => printed.includes('\n'),
      () => 'the simulator did not start',
    );
    url = addressIn(printed);
  }, 30_000);
  afterAll(() => {
    simulator.kill();
    rmSync(join(project, '.env'));
    return browser.close();
  });

  beforeAll(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(10_000);
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== 'localhost' && !request.url().startsWith('data:'))
        faults.push(request.url());
    });
    await page.goto(url);
  }, 30_000);

  beforeEach(async () => {
    faults = [];
    await page.getByText('customers from customers.json').waitFor();
    const back = page.getByRole('button', { name: 'Back to the conversations' });
    if (await back.isVisible()) await back.click();
  });
  afterEach(async () => {
    await Promise.all(Object.keys(FAULTS).map(mend));
    expect(faults).toEqual([]);
  });

  const mend = (id: string) =>
    fetch(`${url}/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ id, on: false }),
    });
  /** Waits until the traffic has an item with such words; `title` says which. */
  const inTraffic = (words: string, title = '') =>
    page.locator('.traffic li', { hasText: title }).filter({ hasText: words }).first().waitFor();
  const onPhone = () => page.getByRole('region', { name: 'What a worker sees' });
  /** Writes from an address that nobody has written from, so that a conversation is created. */
  const sendFrom = async (address: string) => {
    await page.getByLabel('Who writes').selectOption('Another address…');
    await page.getByRole('textbox', { name: 'Address' }).fill(address);
    await page.getByRole('button', { name: 'Send' }).click();
  };

  test('prints one line with its address', () => {
    expect(printed).toBe(`The simulator is on ${url}, with customers from customers.json\n`);
  });

  test('shows a known customer by name and avatar, and the linked participant, after one click', async () => {
    await page.getByRole('button', { name: 'Send' }).click();
    const conversation = onPhone().getByRole('button', { name: /Ada Okafor/ });
    await conversation.getByText('C-1001').waitFor();
    await conversation.getByAltText('Avatar of Ada Okafor').waitFor();
    const width = 'image.decode().then(() => image.naturalWidth)';
    expect(await page.evaluate(`const image = document.querySelector('img.avatar'); ${width}`)).toBe(128);
    await conversation.click();
    await onPhone().getByText('customer_id C-1001').waitFor();
    await onPhone()
      .getByRole('list', { name: 'Messages' })
      .getByText('Hello, is my order on its way?')
      .waitFor();
    await inTraffic('Linked with one call.');
  }, 30_000);

  test('shows an unknown number by number', async () => {
    await page.getByLabel('Who writes').selectOption('An unknown number');
    await page.getByLabel('Channel').selectOption('WhatsApp');
    await page.getByRole('button', { name: 'Send' }).click();
    await onPhone().getByText('+15557654321').click();
    await onPhone().getByText('not linked').waitFor();
    await inTraffic('The CRM gave no customer: no call.');
  }, 30_000);

  test('shows a group MMS by the names of its members', async () => {
    await page.getByLabel('Channel').selectOption('Group MMS');
    await page.getByRole('button', { name: 'Send' }).click();
    await onPhone().getByText('Ada Okafor, Luca Marchetti, Noah Berger, Mina Sato').click();
    for (const id of ['C-1001', 'C-1002', 'C-1003', 'C-1004'])
      await onPhone().getByText(`customer_id ${id}`).waitFor();
    await inTraffic('The conversation is still initializing (50386): a transient error.');
  }, 30_000);

  test('offers the channels that a customer has', async () => {
    await page.getByLabel('Who writes').selectOption('Mina Sato');
    await page.getByLabel('Channel').selectOption('Messenger');
    await page.getByRole('button', { name: 'Send' }).click();
    await onPhone().getByText('Mina Sato', { exact: true }).first().waitFor();
    await page.getByLabel('Who writes').selectOption('Luca Marchetti');
    expect(await page.getByLabel('Channel').getByText('Messenger').isDisabled()).toBe(true);
  }, 30_000);

  const resent = 'answered 503';
  test.each([
    [
      'The CRM is down',
      'The CRM was down: named by number, nothing lost.',
      'The CRM was down: answered 503',
      '',
    ],
    ['The CRM takes 6 s', 'The CRM did not answer in time: named by number, nothing lost.', resent, ''],
    [
      'Twilio’s API answers 429 twice',
      'Named Noah Berger.',
      'Linked with the last of 3 calls',
      'Too many requests',
    ],
    // What is answered when Twilio's API stays broken takes as long in all cases, so it is waited for in one of them.
    ['Twilio’s API answers 500', 'Named Noah Berger.', '', 'Refused: 500.'],
    ['Twilio’s API hangs', 'Named Noah Berger.', resent, 'Twilio’s API does not answer.'],
    ['Twilio’s API drops the connection', 'Named Noah Berger.', '', 'Twilio’s API dropped the connection.'],
    ['A worker creates the conversation', '', 'Linked already: no call.', 'A worker created it'],
    ['The customer is linked already', 'Named Noah Berger.', 'Linked already: no call.', ''],
    [
      'A wrong filter is ticked: onMessageAdd',
      'Named Noah Berger.',
      'Linked with one call.',
      'so the message is not lost',
    ],
  ])(
    'with the switch %p tells in words what the Functions did',
    async (name, preEvent, postEvent, also) => {
      await page.getByRole('switch', { name }).check();
      // The same person on a channel of the switch's own, so that a conversation is created.
      const address = `${name
        .replaceAll(/[^a-z]/gi, '')
        .slice(-12)
        .toLowerCase()}:+33639980012`;
      await sendFrom(address);
      if (preEvent) await inTraffic(preEvent, `onConversationAdd: ${address}`);
      if (postEvent) await inTraffic(postEvent, `onParticipantAdded: ${address}`);
      await inTraffic(also);
    },
    30_000,
  );

  test('unfolds the fields and the answer of a webhook, by keyboard', async () => {
    await sendFrom('viber:+14155550147');
    const webhook = page.locator('details', { hasText: 'onConversationAdd: viber:+14155550147' });
    await webhook.locator('summary').press('Enter');
    await webhook.getByText('POST /on-conversation-add').waitFor();
    await webhook.getByText('"friendly_name": "Ada Okafor"').waitFor();
  }, 30_000);

  test('fits a phone, in the dark', async () => {
    const size = page.viewportSize();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await page.emulateMedia({ colorScheme: null });
    if (size) await page.setViewportSize(size);
  }, 30_000);

  test('is built and served anew when .env changes', async () => {
    writeFileSync(join(project, '.env'), 'CRM_SOURCE=http\n');
    await page.getByText('customers from http').waitFor();
    writeFileSync(join(project, '.env'), SETTINGS);
    await page.getByText('customers from customers.json').waitFor();
  }, 30_000);

  test('shows the log of the Functions', async () => {
    await sendFrom('line:+14155550147');
    await page.getByText('Log of the Functions').click();
    await page.getByText('onConversationAdd line:+1415•••0147 known customer_id="C-1001"').waitFor();
  }, 30_000);

  test('is rebuilt and served anew when a source file changes, and says so when it cannot be built', async () => {
    edit('customers.json', 'Ada Okafor', 'Ada Lovelace');
    await page.getByLabel('Who writes').getByText('Ada Lovelace').waitFor({ state: 'attached' });
    await page.getByText('customers from customers.json').waitFor();
    await sendFrom('rcs:+14155550147');
    await inTraffic('Named Ada Lovelace, with an avatar.');
    edit('customers.json', '"customer_id": "C-1001",', '');
    await page.getByText('The build failed: customers.json: record 1, customer_id is missing').waitFor();
  }, 30_000);
});

test('the page is served on loopback alone, and stops cleanly on Ctrl-C', async () => {
  const simulator = simulate([], { PORT: '0' });
  const [printed] = await once(simulator.stdout, 'data');
  const { port } = new URL(addressIn(String(printed)));
  const elsewhere = Object.values(networkInterfaces())
    .flat()
    .find((address) => address && !address.internal);
  if (elsewhere) await expect(fetch(`http://${elsewhere.address}:${port}`)).rejects.toThrow();
  expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
  const [otherName] = await once(
    get(`http://127.0.0.1:${port}`, { headers: { Host: 'attacker.example' } }),
    'response',
  );
  expect(otherName.statusCode).toBe(403);
  simulator.kill('SIGINT');
  expect(await once(simulator, 'exit')).toEqual([0, null]);
}, 30_000);
