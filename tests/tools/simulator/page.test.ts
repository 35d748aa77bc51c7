import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { servePage } from '../../../tools/simulator/page-server';
import { type Simulator, startSimulator } from '../../../tools/simulator/simulator';
import { isSwitchId, SWITCHES } from '../../../tools/simulator/switches';
import { describeInBrowser, launchBrowser } from '../../helpers/browser';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** One simulator for all: nothing but the page is new for each test. */
let server: Awaited<ReturnType<typeof servePage>>;
let simulator: Simulator;
let url: string;
beforeAll(async () => {
  server = await servePage(0);
  url = `http://localhost:${server.port}`;
  simulator = await startSimulator({
    listener: server.listener,
    // Nobody waits for a CRM that is slow, or for Twilio to send again.
    readVariables: () => ({ CRM_TIMEOUT_MS: '600', CUSTOMERS_FILE: 'tests/fixtures/customers.json' }),
    durations: { retryPauseMs: 50 },
  });
  server.show(simulator);
}, 60_000);
afterAll(async () => {
  server.close();
  await simulator.stop();
});
afterEach(() => {
  for (const id of Object.keys(SWITCHES).filter(isSwitchId)) simulator.setSwitch(id, false);
  server.say('');
});

describe('the server', () => {
  const statusOf = async (path: string, headers = {}) => {
    const [response] = await once(get(`http://127.0.0.1:${server.port}${path}`, { headers }), 'response');
    return response.statusCode;
  };

  test('is ended by no request', async () => {
    expect(await statusOf('/nope.css')).toBe(404);
    expect(await statusOf('//')).toBeLessThan(500);
    expect(await statusOf('/..%2f..%2fpackage.json')).toBe(404);
    const post = (path: string, body: string, type = 'application/json') =>
      fetch(`${url}${path}`, { method: 'POST', body, headers: { 'Content-Type': type } });
    expect((await post('/messages', '{')).status).toBe(400);
    expect((await post('/messages', '{"from":"ada","text":""}')).status).toBe(400);
    expect((await post('/switches', '{"id":"nope","on":true}')).status).toBe(400);
    expect((await post('/run', '{}')).status).toBe(400);
    expect((await post('/messages', '{}', 'text/plain')).status).toBe(415);
    expect(await statusOf('/')).toBe(200);
  });

  test('answers this machine alone, and cannot be framed', async () => {
    expect(await statusOf('/', { Host: 'attacker.example' })).toBe(403);
    const { headers } = await fetch(url);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});

describeInBrowser('the page', () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    simulator.twilio.clear();
    page = await open();
  });
  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });

  async function open(options = {}) {
    const opened = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    opened.setDefaultTimeout(10_000);
    faults = [];
    opened.on('console', (message) => faults.push(message.text()));
    opened.on('pageerror', (error) => faults.push(error.message));
    await opened.goto(url);
    await opened.getByText('customers from tests/fixtures/customers.json').waitFor();
    await opened.getByText('C-1001. Twilio sends +14155550147').waitFor();
    return opened;
  }
  const who = () => page.getByRole('combobox', { name: 'Who writes' });
  const sendFrom = async (typed: string, isNew = false) => {
    await who().fill(typed);
    // The hint of what was typed before may still be there.
    const number = typed.startsWith('+') ? typed.replace(/[^+\d]/g, '') : '';
    await page.locator('#hint').getByText(`Twilio sends ${number}`).waitFor();
    if (!number) await page.waitForTimeout(150);
    await page.getByRole('button', { name: isNew ? 'New conversation' : 'Send', exact: true }).click();
  };
  const inTraffic = (words: string) => page.locator('.exchanges').getByText(words).first().waitFor();
  const onPhone = () => page.getByRole('region', { name: 'What a worker sees' });

  test('shows a customer by name and avatar, and who is behind the link', async () => {
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await onPhone()
      .getByRole('button', { name: /Ada Okafor/ })
      .getByText('C-1001')
      .waitFor();
    await onPhone().getByAltText('Avatar of Ada Okafor').first().waitFor();
    await onPhone()
      .getByRole('button', { name: /Ada Okafor/ })
      .click();
    await onPhone().getByText('customer_id C-1001').waitFor();
    await onPhone().getByRole('list', { name: 'Customers' }).getByText('+14155550147').waitFor();
    await inTraffic('Linked with one call.');
    expect(await page.locator('#announced').textContent()).toBe(
      'From +14155550147: Named Ada Okafor, with an avatar. Linked with one call.',
    );
  }, 30_000);

  test('finds customers by typing, and sends an address as Twilio does', async () => {
    await who().fill('mina');
    await page.locator('#people').getByText('Mina Sato').click();
    await page.getByText('Twilio sends +447700900123').waitFor();
    await page.getByLabel('Channel').selectOption('Messenger');
    await page.getByText('Twilio sends messenger:1002003004').waitFor();
    await who().fill('415');
    await page.getByText('Begin with + and the country code').waitFor();
    // Not while customers are offered.
    expect(await who().getAttribute('aria-invalid')).toBe('false');
    await who().blur();
    expect(await who().getAttribute('aria-invalid')).toBe('true');
    await sendFrom('+1 (415) 555-0147');
    await inTraffic('From +14155550147');
  }, 30_000);

  test('sends once on a double click', async () => {
    await page.getByRole('button', { name: 'Send', exact: true }).dblclick();
    await inTraffic('Linked with one call.');
    expect(await page.locator('.exchanges > li').count()).toBe(1);
  }, 30_000);

  test('shows a fault in a new conversation, and the same again by Replay', async () => {
    await sendFrom('+14155550147');
    await inTraffic('Named Ada Okafor, with an avatar.');
    await page.getByRole('switch', { name: 'The CRM is down', exact: true }).check();
    await page.waitForTimeout(700);
    await sendFrom('+14155550147');
    await inTraffic('This message joins the existing conversation');
    await page.waitForTimeout(700);
    await sendFrom('+14155550147', true);
    await inTraffic('The CRM failed: the CRM is down. Named by the address, nothing is lost.');
    await page.getByRole('switch', { name: 'The CRM is down', exact: true }).uncheck();
    await page
      .getByRole('button', { name: /^Replay/ })
      .last()
      .click();
    await page.locator('.exchanges > li').nth(3).getByText('Linked with one call.').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No messages yet.').waitFor();
  }, 30_000);

  test.each([
    ['crm-slow', 'The CRM failed: no answer in time. Named by the address'],
    ['api-429', 'Linked with the last of 3 calls.'],
    ['worker', 'A worker created it'],
    ['linked', 'Linked already: nothing is written.'],
    ['wrong-filter', 'so the message is not lost'],
    ['no-functions', 'No webhooks are set: the worker sees a number'],
    ['service-500', 'Another service answered 500'],
  ] as const)(
    'with the switch %p tells in words what happened',
    async (id, words) => {
      await page.getByRole('switch', { name: SWITCHES[id] }).check();
      await sendFrom('+33639980012');
      await inTraffic(words);
    },
    30_000,
  );

  test('names heal when Twilio sends again', async () => {
    await page.getByRole('switch', { name: SWITCHES.retries }).check();
    await page.locator('.on-count').getByText('1 on').first().waitFor();
    await page.getByRole('switch', { name: SWITCHES['crm-down-once'] }).check();
    await sendFrom('+33639980012');
    await inTraffic('Linked, and the conversation got its name.');
    await onPhone()
      .getByRole('button', { name: /Noah Berger/ })
      .waitFor();
  }, 30_000);

  test('unfolds a webhook by keyboard, and it stays so', async () => {
    await sendFrom('+14155550147');
    await inTraffic('Linked with one call.');
    await page.getByRole('button', { name: /^Replay/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const answer = page.locator('.body').getByText('"friendly_name": "Ada Okafor"');
    await answer.waitFor();
    await page.waitForTimeout(700);
    await sendFrom('+447700900123');
    await inTraffic('Named Mina Sato');
    expect(await answer.isVisible()).toBe(true);
  }, 30_000);

  test('is used by keyboard: a switch keeps the focus, lists are one stop each', async () => {
    const input = page.getByRole('switch', { name: SWITCHES['api-500'] });
    await input.focus();
    await page.keyboard.press('Space');
    await page.locator('.on-count').getByText('1 on').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('api-500');
    await page.keyboard.press('Space');
    for (const number of ['+15550000001', '+15550000002', '+15550000003']) {
      void simulator.twilio.receive({ from: number, text: 'Hi' });
    }
    await inTraffic('From +15550000003');
    await page.waitForTimeout(800);
    const stops = "document.querySelectorAll(\".exchanges [tabindex='0'], .list [tabindex='0']\").length";
    expect(await page.evaluate(stops)).toBe(2);
  }, 30_000);

  test('a run that was saved is played again', async () => {
    await sendFrom('+14155550147');
    await inTraffic('Linked with one call.');
    const file = join(tmpdir(), `run-${process.pid}.json`);
    writeFileSync(file, await (await fetch(`${url}/run.json`)).text());
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No messages yet.').waitFor();
    await page.getByLabel('A saved run').setInputFiles(file);
    await inTraffic('Linked with one call.');
  }, 30_000);

  test('a command that is copied works against the Functions', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await sendFrom('+14155550147');
    await inTraffic('Linked with one call.');
    await page.locator('.disclosure').first().click();
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByText('Copied', { exact: true }).waitFor();
    const command = String(await page.evaluate('navigator.clipboard.readText()'));
    const { execFileSync } = await import('node:child_process');
    const output = execFileSync('bash', ['-c', command], { encoding: 'utf8', stdio: 'pipe' });
    expect(JSON.parse(output)).toMatchObject({ friendly_name: 'Ada Okafor' });
  }, 30_000);

  test('what is sent while it is built waits', async () => {
    const reloading = simulator.reload();
    await sendFrom('+14155550147');
    await inTraffic('Waiting for its turn…');
    await reloading;
    await inTraffic('Linked with one call.');
  }, 30_000);

  describe('axe finds nothing', () => {
    const check = async () => {
      await page.evaluate(axe);
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      expect(
        violations.map(({ id, nodes }) => [
          id,
          nodes.map(({ html, failureSummary }) => html + failureSummary),
        ]),
      ).toEqual([]);
    };
    const states: [string, () => Promise<void>][] = [
      ['at first', async () => undefined],
      ['with the list of customers', async () => who().click()],
      [
        'with a wrong address',
        async () => {
          await who().fill('415');
          await page.getByText('Begin with +').waitFor();
        },
      ],
      [
        'with traffic that is fine, a warning and lost, unfolded',
        async () => {
          await simulator.twilio.receive({ from: '+14155550147', text: 'Hello' });
          simulator.setSwitch('crm-down', true);
          await simulator.twilio.receive({ from: '+447700900123', text: 'Hello' });
          simulator.setSwitch('service-500', true);
          await simulator.twilio.receive({ from: '+33639980012', text: 'Hello' });
          await inTraffic('the message is lost');
          await page.locator('.disclosure').first().click();
          await page.getByText('Log of the Functions').click();
        },
      ],
      [
        'with a conversation open',
        async () => {
          await simulator.twilio.receive({ from: '+14155550147', text: 'Hello' });
          await onPhone()
            .getByRole('button', { name: /Ada Okafor/ })
            .click();
          await onPhone().getByRole('list', { name: 'Customers' }).getByText('C-1001').waitFor();
        },
      ],
      [
        'while it is built',
        async () => {
          server.say('Building… What you send waits.');
          await page.getByText('Building…').waitFor();
        },
      ],
    ];
    const looks = [
      { colorScheme: 'light', width: 1280 },
      { colorScheme: 'dark', width: 1280 },
      { colorScheme: 'light', width: 768 },
      { colorScheme: 'light', width: 320 },
      { colorScheme: 'dark', width: 320 },
      { colorScheme: 'light', forcedColors: 'active', width: 1280 },
    ] as const;
    test.each(states)(
      '%s',
      async (_name, reach) => {
        await reach();
        for (const { width, ...media } of looks) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ forcedColors: 'none', ...media });
          await check();
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        }
      },
      60_000,
    );
  });
});
