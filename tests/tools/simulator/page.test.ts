import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../../tools/runtime/browser';
import { until } from '../../../tools/runtime/local-runtime';
import { servePage } from '../../../tools/simulator/page-server';
import { type Simulator, startSimulator } from '../../../tools/simulator/simulator';
import { isSwitchId, SWITCHES } from '../../../tools/simulator/switches';
import { Traffic } from '../../../tools/simulator/traffic';
import { describeInBrowser } from '../../helpers/browser';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** One simulator for all: nothing but the page is new for each test. */
let server: Awaited<ReturnType<typeof servePage>>;
let simulator: Simulator;
let url: string;
beforeAll(async () => {
  server = await servePage(0, 20);
  url = `http://localhost:${server.port}`;
  simulator = await startSimulator({
    listener: server.listener,
    // Nobody waits for a CRM that is slow, for Twilio to send again, or to create a group.
    readVariables: () => ({ CRM_TIMEOUT_MS: '600', CUSTOMERS_FILE: 'tests/fixtures/customers.json' }),
    durations: { retryPauseMs: 50, initializingMs: 100 },
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

const post = (path: string, body: string, type = 'application/json') =>
  fetch(`${url}${path}`, { method: 'POST', body, headers: { 'Content-Type': type } });
const play = (messages: object[]) => post('/run', JSON.stringify({ messages }));

describe('the server', () => {
  const statusOf = async (path: string, headers = {}) => {
    const [response] = await once(get(`http://127.0.0.1:${server.port}${path}`, { headers }), 'response');
    return response.statusCode;
  };

  test('is ended by no request', async () => {
    expect(await statusOf('/nope.css')).toBe(404);
    expect(await statusOf('//')).toBeLessThan(500);
    expect(await statusOf('/..%2f..%2fpackage.json')).toBe(404);
    expect((await post('/messages', '{')).status).toBe(400);
    const refused = await post('/messages', '{"from":"ada","text":""}');
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringMatching(/^Not an address\. .*\w\.$/),
    ]);
    expect((await post('/switches', '{"id":"nope","on":true}')).status).toBe(400);
    expect((await post('/run', '{}')).status).toBe(400);
    expect((await post('/messages', '{}', 'text/plain')).status).toBe(415);
    expect(await statusOf('/')).toBe(200);
  });

  test('plays one saved run at a time, of addresses as they are typed', async () => {
    const playFrom = (from: string) => play([{ from, text: 'Hi' }]);
    expect((await playFrom('ada')).status).toBe(400);
    const [first, second] = await Promise.all([playFrom('+14155550147'), playFrom('+14155550147')]);
    const [played, refused] = first.ok ? [first, second] : [second, first];
    expect([played.status, refused.status]).toEqual([204, 400]);
    expect(await refused.text()).toBe('A saved run is being played.');
    await until(
      async () => (await playFrom('+14155550147')).ok,
      () => 'no run is played any more',
    );
  }, 30_000);

  test('answers this machine alone, and cannot be framed', async () => {
    expect(await statusOf('/', { Host: 'attacker.example' })).toBe(403);
    expect(await statusOf('/', { Host: '[::1]:4000' })).toBe(200);
    for (const path of ['/', '/events']) {
      const { status, headers, body } = await fetch(`${url}${path}`, { method: 'HEAD' });
      expect([status, await new Response(body).text()]).toEqual([200, '']);
      const got = await fetch(`${url}${path}`);
      await got.body?.cancel();
      for (const given of [headers, got.headers]) {
        expect(given.get('x-frame-options')).toBe('DENY');
        expect(given.get('x-content-type-options')).toBe('nosniff');
        expect(given.get('content-security-policy')).toContain("frame-ancestors 'none'");
      }
    }
  });
});

describeInBrowser('the page', () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(10_000);
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
  }, 30_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    faults = [];
    simulator.twilio.clear();
    await page.goto(url);
    await page.getByText('customers from tests/fixtures/customers.json').waitFor();
    await page.getByText('C-1001. Twilio sends +14155550147').waitFor();
  });
  afterEach(() => expect(faults).toEqual([]));

  const who = () => page.getByRole('combobox', { name: 'Who writes' });
  const sendFrom = async (typed: string, isNew = false) => {
    await who().fill(typed);
    // The hint of what was typed before may still be there.
    await page
      .locator('#hint')
      .getByText(`Twilio sends ${typed.replace(/[^+\d]/g, '')}`)
      .waitFor();
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
    await onPhone().locator('img.avatar[src$="/avatars/ada.png"]').first().waitFor();
    await onPhone()
      .getByRole('button', { name: /Ada Okafor/ })
      .click();
    await onPhone().getByText('customer_id C-1001').waitFor();
    await onPhone().getByRole('list', { name: 'Customers' }).getByText('+14155550147').waitFor();
    await inTraffic('Linked with one call.');
    // For all to see: on a phone, nothing else in view changes.
    await page
      .locator('.composer')
      .getByRole('status')
      .getByText('From +14155550147: Named Ada Okafor, with an avatar. Linked with one call.', {
        exact: true,
      })
      .waitFor();
  }, 30_000);

  test('offers who wrote last before all others', async () => {
    await who().fill('mina');
    await page.locator('#people').getByText('Mina Sato').click();
    await page.getByText('Twilio sends +447700900123').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await inTraffic('From +447700900123');
    await page.reload();
    await page.getByText('C-1001. Twilio sends +14155550147').waitFor();
    await who().click();
    const first = page.getByRole('option').first();
    await first.getByText('used last').waitFor();
    expect(await first.textContent()).toBe('Mina Satoused last');
    expect(await page.getByRole('option', { name: 'Mina Sato' }).count()).toBe(1);
  }, 30_000);

  test('finds customers by typing, in the order of their IDs, and sends an address as Twilio does', async () => {
    await who().fill('c-1');
    await page.getByRole('option', { name: /Noah Berger/ }).waitFor();
    const offered = await page.getByRole('option').locator('span').allTextContents();
    expect(offered.map((detail) => detail.split(',')[0])).toEqual(['C-1001', 'C-1002', 'C-1003', 'C-1004']);
    await who().fill('mina');
    await page.locator('#people').getByText('Mina Sato').click();
    await page.getByText('Twilio sends +447700900123').waitFor();
    await page.getByLabel('Channel').selectOption('Messenger');
    await page.getByText('Twilio sends messenger:1002003004').waitFor();
    await who().fill('415');
    await page.getByText('Begin with + and the country code').waitFor();
    // Not while customers are offered.
    expect(await who().getAttribute('aria-invalid')).toBe('false');
    await who().press('Escape');
    expect(await who().getAttribute('aria-invalid')).toBe('true');
    await who().fill('41');
    await page.locator('#who[aria-invalid=false]').waitFor();
    await who().blur();
    expect(await who().getAttribute('aria-invalid')).toBe('true');
    await sendFrom('+1 (415) 555-0147');
    await inTraffic('From +14155550147');
  }, 30_000);

  test('takes a name for the only customer who has it, and keeps no outcome of another message beside what cannot be sent', async () => {
    await who().fill('sato');
    await page.getByText('Choose who writes, or type an address.').waitFor();
    await who().press('Enter');
    await inTraffic('Named Mina Sato');
    const outcome = page.locator('#announced');
    await outcome.getByText('Named Mina Sato').waitFor();
    await who().fill('nobody');
    await page.getByText('Not an address').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.locator('#announced:empty').waitFor({ state: 'attached' });
    expect(await page.locator('.exchanges > li').count()).toBe(1);
  }, 30_000);

  test('sends by a click right after a name was typed, and takes an ID for who has it', async () => {
    const send = page.getByRole('button', { name: 'Send', exact: true });
    for (const [typed, name] of [
      ['Mina', 'Mina Sato'],
      ['c-1002', 'Luca Marchetti'],
    ] as const) {
      await who().fill(typed);
      await page.locator('#people').getByText(name).waitFor();
      // As a hand does it: the field loses the focus while the button is pressed.
      const { x = 0, y = 0, width = 0, height = 0 } = (await send.boundingBox()) ?? {};
      await page.mouse.click(x + width / 2, y + height - 3);
      await inTraffic(`Named ${name}`);
    }
  }, 30_000);

  test('keeps who was chosen while the simulator starts anew', async () => {
    await who().fill('mina');
    await page.locator('#people').getByText('Mina Sato').click();
    await page.getByLabel('Channel').focus();
    await page.route('**/people*', (route) => route.fulfill({ status: 503 }));
    const asked = page.waitForResponse('**/people*');
    server.say('Building…');
    await asked;
    // By now, whatever else it asks for has been answered too.
    await page.evaluate("fetch('people?q=C-1003').then(() => true)");
    await page.unroute('**/people*');
    server.say('');
    await page.getByText('customers from').waitFor();
    expect(await who().inputValue()).toBe('Mina Sato');
    await page.getByText('C-1003. Twilio sends').waitFor();
    expect(faults.splice(0).every((fault) => fault.includes('503'))).toBe(true);
  }, 30_000);

  test('says that the simulator does not answer, until it does', async () => {
    await page.route('**/messages', (route) => route.abort());
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('alert').getByText('The simulator does not answer').waitFor();
    await page.unroute('**/messages');
    // As when it is back, the page is told all anew.
    await post('/clear', '{}');
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    expect(faults.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')]);
  }, 30_000);

  test('says what is wrong with a saved run, and with a group of one', async () => {
    await page.setViewportSize({ width: 390, height: 640 });
    for (const text of ['{"messages":[{}]}', 'not JSON']) {
      await page.evaluate('scrollTo(0, 9999)');
      await page.getByLabel('A saved run').setInputFiles({
        name: 'run.json',
        mimeType: 'application/json',
        buffer: Buffer.from(text),
      });
      const problem = page.getByRole('alert');
      await problem.getByText('This is not a saved run of the simulator.', { exact: true }).waitFor();
      const box = await problem.boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual(0);
      await page.getByRole('button', { name: 'Clear' }).click();
      await problem.waitFor({ state: 'hidden' });
    }
    expect(faults.splice(0)).toHaveLength(2);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByLabel('Channel').selectOption('Group MMS');
    await page.getByLabel('With, separated by commas').fill(' , ');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Group MMS needs at least one more number.').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('others');
    expect(simulator.twilio.traffic.exchanges).toEqual([]);
    await page.getByLabel('With, separated by commas').fill('+447700900123');
    await page.getByText('Group MMS needs at least one more number.').waitFor({ state: 'hidden' });
  }, 30_000);

  test('has the conversation with the newest message at the top, unless its row has the focus', async () => {
    const group = { from: '+14155550147', others: ['+447700900123', '+15557654321'] };
    const receive = (from: string, text: string) => simulator.twilio.receive({ from, text });
    await receive('+15550000001', 'One');
    await simulator.twilio.receive({ ...group, text: 'Two' });
    const rows = onPhone().locator('.list .item');
    await rows.first().getByText('2 linked', { exact: true }).waitFor();
    await receive('+15550000001', 'Three');
    await rows.first().getByText('Three').waitFor();
    // Also when the page is opened anew.
    await page.reload();
    await rows.first().getByText('Three').waitFor();
    await rows.nth(1).focus();
    await simulator.twilio.receive({ ...group, text: 'Four' });
    await rows.nth(1).getByText('Four').waitFor();
    await simulator.twilio.receive({ from: '+15550000001', text: 'Five' }, true);
    await rows.nth(1).getByText('closed: Three').waitFor();
    expect(await rows.nth(1).textContent()).toBe('#+15550000001closed: Three');
    await rows.nth(2).click();
    await onPhone().getByRole('heading', { name: 'Customers in the CRM' }).waitFor();
  }, 30_000);

  test('sends once on a double click, and another message at once', async () => {
    // At once, however busy this machine is.
    await page.evaluate(`{
      const form = document.querySelector('.composer');
      form.requestSubmit();
      form.requestSubmit();
      form.elements.text.value = 'And a second one';
      form.requestSubmit();
    }`);
    await inTraffic('And a second one');
    await inTraffic('Linked with one call.');
    expect(await page.locator('.exchanges > li').count()).toBe(2);
    await page
      .getByRole('button', { name: /^Replay/ })
      .last()
      .dblclick();
    await page.locator('.exchanges > li').nth(2).getByText('Linked with one call.').waitFor();
    expect(await page.locator('.exchanges > li').count()).toBe(3);
  }, 30_000);

  test('shows a fault in a new conversation, and the same again by Replay', async () => {
    await sendFrom('+14155550147');
    await inTraffic('Named Ada Okafor, with an avatar.');
    await page.getByRole('switch', { name: 'The CRM is down', exact: true }).check();
    await page.getByLabel('Text').fill('Hello again');
    await sendFrom('+14155550147');
    await inTraffic('This message joins the existing conversation');
    await sendFrom('+14155550147', true);
    await inTraffic('The CRM failed: the CRM is down. Shown by the address, nothing is lost.');
    await page.getByRole('switch', { name: 'The CRM is down', exact: true }).uncheck();
    await page
      .getByRole('button', { name: /^Replay/ })
      .last()
      .click();
    await page.locator('.exchanges > li').nth(3).getByText('Linked with one call.').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No messages yet.').waitFor();
  }, 30_000);

  test('tells in words what happened with each switch', async () => {
    for (const [words, ...ids] of [
      ['Linked at the third attempt.', 'api-429'],
      ['A worker created it', 'worker'],
      ['so the message is not lost', 'wrong-filter'],
      ['No webhooks are set: the worker sees a number', 'no-functions'],
      ['Another service answered 500', 'service-500'],
      ['Linked, and the conversation got its name.', 'retries', 'crm-down-once'],
    ] as const) {
      for (const id of ids) simulator.setSwitch(id, true);
      await simulator.twilio.receive({ from: '+33639980012', text: ids.join() }, true);
      await inTraffic(words);
      for (const id of ids) simulator.setSwitch(id, false);
    }
    await onPhone()
      .getByRole('button', { name: /Noah Berger/ })
      .first()
      .waitFor();
  }, 30_000);

  test('unfolds a webhook by keyboard, and it stays so; its command works against the Functions', async () => {
    await sendFrom('+14155550147');
    await inTraffic('Linked with one call.');
    await page.getByRole('button', { name: /^Replay/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const answer = page.locator('.body').getByText('"friendly_name": "Ada Okafor"');
    await answer.waitFor();
    const at = simulator.twilio.traffic.exchanges[1]?.at.slice(-7, -1) ?? '';
    await page
      .locator('.body')
      .getByText(new RegExp(`^Request at \\d\\d:\\d\\d:${at}$`))
      .waitFor();
    // What it found, and the call that it made, with Twilio's answer.
    await page.locator('.body').getByText('"display_name": "Ada Okafor"').first().waitFor();
    await page.locator('.call .disclosure').first().click();
    await page
      .locator('.call .body')
      .getByText('"participant_sid"')
      .or(page.locator('.call .body').getByText('"sid"'))
      .first()
      .waitFor();
    await sendFrom('+447700900123');
    await inTraffic('Named Mina Sato');
    expect(await answer.isVisible()).toBe(true);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as curl' }).first().click();
    await page.getByText('Copied', { exact: true }).waitFor();
    const command = String(await page.evaluate('navigator.clipboard.readText()'));
    const output = execFileSync('bash', ['-c', command], { encoding: 'utf8', stdio: 'pipe' });
    expect(JSON.parse(output)).toMatchObject({ friendly_name: 'Ada Okafor' });
  }, 30_000);

  test('a selection stays while the conversation and the traffic go on', async () => {
    await sendFrom('+14155550147');
    await inTraffic('Linked with one call.');
    await onPhone()
      .getByRole('button', { name: /Ada Okafor/ })
      .click();
    await page.locator('.disclosure').first().click();
    const select = (selector: string) =>
      page.locator(selector).evaluate((node) => node.ownerDocument.getSelection()?.selectAllChildren(node));
    const selected = () => page.evaluate('String(getSelection())');
    for (const [i, [selector, words]] of [
      ['.customers dd >> nth=0', 'C-1001'],
      ['.messages li >> nth=0', 'Where is my order?'],
      ['.participants li >> nth=1', 'worker@example.com'],
      ['.body section >> nth=1', '"friendly_name": "Ada Okafor"'],
      ['.log pre', 'onConversationAdd'],
    ].entries()) {
      await page.locator('.log').evaluate((log) => log.setAttribute('open', ''));
      await select(String(selector));
      await simulator.twilio.receive({ from: '+14155550147', text: `Again ${i}` });
      await page.locator('.messages').getByText(`Again ${i}`).waitFor();
      expect(await selected()).toContain(words);
    }
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
    await page.locator('.exchanges > li').nth(2).getByText('A worker, not a customer').waitFor();
    const stops = "document.querySelectorAll(\".exchanges [tabindex='0'], .list [tabindex='0']\").length";
    expect(await page.evaluate(stops)).toBe(2);
  }, 30_000);

  test('a switch stays as it was put, whatever is told meanwhile', async () => {
    const input = page.getByRole('switch', { name: SWITCHES['api-429'] });
    let stayed = false;
    await page.route('**/switches', async (route) => {
      server.say('Building…');
      await page.getByText('Building…').waitFor();
      stayed = await input.isChecked();
      await route.continue();
    });
    await input.check();
    await page.locator('.on-count').getByText('1 on').waitFor();
    await page.unroute('**/switches');
    expect(stayed).toBe(true);
  }, 30_000);

  test('a run that was saved is played again, with what was switched on', async () => {
    const linked = page.getByRole('switch', { name: SWITCHES.linked });
    await linked.check();
    await sendFrom('+14155550147');
    await inTraffic('Linked already: nothing is written.');
    await linked.uncheck();
    const buffer = Buffer.from(await (await fetch(`${url}/run.json`)).arrayBuffer());
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No messages yet.').waitFor();
    await page
      .getByLabel('A saved run')
      .setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer });
    await inTraffic('Linked already: nothing is written.');
    await page.locator('.on-count:empty').waitFor({ state: 'attached' });
    await play([{ from: '+15557654321', text: 'Slow', switches: ['crm-slow'] }]);
    await page.getByText('Playing a saved run…').waitFor();
    await inTraffic('The CRM failed: no answer in time. Shown by the address');
    await page.getByText('customers from tests/fixtures/customers.json').waitFor();
  }, 30_000);

  test('a message of a burst does not come back without its webhooks, and is told as it was', async () => {
    const traffic = new Traffic(server.listener.exchange);
    const burst = page.locator('.exchanges');
    const begin = (i: number) =>
      traffic.note({
        direction: 'message',
        title: `From +1555765${1000 + i}`,
        message: { from: '+15557651000', text: `Burst ${i}`, switches: [] },
        isDone: i > 0,
      });
    const first = begin(0);
    traffic.note({ direction: 'webhook', parent: first.id, title: 'A', words: 'Named Ada.' });
    await burst.getByText('Burst 0').waitFor();
    for (let i = 1; i < 150; i++) begin(i);
    await burst.getByText('Burst 149').waitFor();
    server.say('So that something is told.');
    await burst.locator('> li').nth(100).waitFor({ state: 'detached' });
    // The first one is still going on.
    traffic.change(first, { isDone: true });
    await page.locator('#announced').getByText(`${first.title}: Named Ada.`).waitFor();
    begin(150);
    await burst.getByText('Burst 150').waitFor();
    // By now it is not shown any more.
    traffic.change(first, { words: 'Too late' });
    server.say('And something else.');
    await page.getByText('And something else.').waitFor();
    expect(await burst.getByText('Burst 0', { exact: true }).count()).toBe(0);
    expect(await burst.locator('> li').count()).toBe(100);
  }, 30_000);

  test('says that the simulator has stopped, and goes on when it is there again', async () => {
    const other = await servePage(0, 20);
    other.show(simulator);
    await page.goto(`http://localhost:${other.port}`);
    await page.getByText('customers from tests/fixtures/customers.json').waitFor();
    other.close();
    await page.getByText('The simulator has stopped. To go on, run: npm run simulate').waitFor();
    const again = await servePage(other.port, 20);
    again.show(simulator);
    await page.getByText('customers from tests/fixtures/customers.json').waitFor();
    await page.goto(url);
    again.close();
    expect(faults.splice(0).every((fault) => fault.includes('net::ERR_'))).toBe(true);
  }, 30_000);

  test('Enter sends what was typed, however soon it is', async () => {
    const keys = new EventEmitter();
    const isEntered = once(keys, 'Enter');
    await page.route('**/people?*', async (route) => {
      await isEntered;
      await route.continue();
    });
    await who().fill('+447700900123');
    await who().press('Enter');
    keys.emit('Enter');
    await inTraffic('Named Mina Sato');
    await page.unroute('**/people?*');
    expect(await page.locator('.exchanges > li').count()).toBe(1);
  }, 30_000);

  test('what is sent while the Functions are started again waits; it says so, and if that fails', async () => {
    // With the shell's own tools, as only the simulator knows the process.
    const pid = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'serve-functions'], {
      encoding: 'utf8',
    });
    process.kill(Number(pid), 'SIGKILL');
    await page.getByText('The Functions’ process has ended').waitFor();
    await sendFrom('+14155550147');
    await inTraffic('Waiting for its turn…');
    await inTraffic('Linked with one call.');
    await page.getByText('customers from tests/fixtures/customers.json').waitFor();
    server.listener.crash(Promise.reject(new Error('the port is taken')));
    await page.getByText('The Functions do not start: the port is taken').waitFor();
  }, 30_000);

  test('on a phone, each part is one step away, however long the traffic is', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const number of ['+15550000001', '+15550000002', '+15550000003']) {
      await simulator.twilio.receive({ from: number, text: 'Hi' });
    }
    await inTraffic('From +15550000003');
    const isInView = (selector: string) =>
      page.locator(selector).evaluate((node) => {
        const { top, height } = node.getBoundingClientRect();
        return top >= 0 && top + Math.min(height, 100) <= 640;
      });
    for (const [name, part] of [
      ['Traffic', '#traffic'],
      ['Message', '#who'],
      ['What if…', '.switches'],
      ['Worker', '#worker'],
    ] as const) {
      await page.getByRole('link', { name, exact: true }).click();
      expect([name, await isInView(part)]).toEqual([name, true]);
    }
    const replay = page.getByRole('button', { name: /^Replay/ }).first();
    expect((await replay.boundingBox())?.height).toBeLessThan(40);
    const box = await page.locator('.head b').first().boundingBox();
    expect((await replay.boundingBox())?.y).toBeLessThan((box?.y ?? 0) + (box?.height ?? 0));
    await page.setViewportSize({ width: 1280, height: 900 });
  }, 30_000);

  test('shows an avatar from elsewhere, and a name that is too long cut, and whole where one points', async () => {
    const avatar = 'https://images.example.com/ada.svg';
    const body = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';
    await page.route(avatar, (route) => route.fulfill({ contentType: 'image/svg+xml', body }));
    const name = 'Ada Okafor '.repeat(20).trim();
    const conversation = await simulator.twilio.receive({ from: '+14155550147', text: 'Hello' });
    Object.assign(conversation ?? {}, { friendlyName: name, attributes: JSON.stringify({ avatar }) });
    await simulator.twilio.receive({ from: '+14155550147', text: 'Hello again' });
    await onPhone().locator(`img.avatar[src="${avatar}"]`).first().waitFor();
    await page.waitForFunction(`document.querySelector('img[src="${avatar}"]')?.naturalWidth === 8`);
    await page.unroute(avatar);
    const isCut = (shown: Locator) =>
      shown.evaluate((node) => [
        node.scrollWidth > node.clientWidth,
        node.ownerDocument.defaultView?.getComputedStyle(node).textOverflow,
      ]);
    const inList = onPhone().getByTitle(name).first();
    expect(await isCut(inList)).toEqual([true, 'ellipsis']);
    await inList.click();
    const atTop = onPhone().getByRole('heading', { name });
    expect(await isCut(atTop)).toEqual([true, 'ellipsis']);
    expect(await atTop.getAttribute('title')).toBe(name);
    // Attributes that are JSON and no object leave the page as it is.
    Object.assign(conversation ?? {}, { attributes: 'null' });
    for (const participant of conversation?.participants ?? []) participant.attributes = 'null';
    await simulator.twilio.receive({ from: '+14155550147', text: 'And again' });
    await page.locator('.messages').getByText('And again').waitFor();
  }, 30_000);

  describe('axe finds nothing', () => {
    const COLOURS = { runOnly: ['color-contrast'] };
    const LAYOUT = { runOnly: ['target-size', 'scrollable-region-focusable'] };
    const light = { colorScheme: 'light', forcedColors: 'none' } as const;
    /** All rules in one look, and in the others those that colours or widths make a difference to. */
    const looks = [
      { media: light, width: 1280, rules: {} },
      { media: { ...light, colorScheme: 'dark' }, width: 1280, rules: COLOURS },
      { media: { ...light, forcedColors: 'active' }, width: 1280, rules: COLOURS },
      { media: light, width: 768, rules: LAYOUT },
      { media: light, width: 320, rules: LAYOUT },
    ] as const;
    /** @param part what differs from what has been checked before */
    const check = async (part = 'html') => {
      if (!(await page.evaluate('Boolean(globalThis.axe)'))) await page.evaluate(axe);
      for (const { media, width, rules } of looks) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia(media);
        const options = { ...rules, resultTypes: ['violations'] };
        const { violations } = (await page.evaluate(`axe.run('${part}', ${JSON.stringify(options)})`)) as {
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        };
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
        );
        expect([media, width, found]).toEqual([media, width, []]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
    };

    test('at first, with the list of customers, and with a wrong address', async () => {
      await check();
      await who().click();
      await page.getByRole('option', { name: /Mina Sato/ }).waitFor();
      await check('.composer');
      await who().fill('415');
      await page.getByText('Begin with +').waitFor();
      await check('.composer');
    }, 60_000);

    test('with traffic that is fine, a warning and lost, unfolded, while it is built, and with a conversation open', async () => {
      await simulator.twilio.receive({ from: '+14155550147', text: 'Hello' });
      simulator.setSwitch('crm-down', true);
      await simulator.twilio.receive({ from: '+447700900123', text: 'Hello' });
      simulator.setSwitch('service-500', true);
      await simulator.twilio.receive({ from: '+33639980012', text: 'Hello' });
      await inTraffic('the message is lost');
      await page.locator('.webhook .disclosure').first().click();
      await page.locator('.call .disclosure').first().click();
      await page.getByText('Log of the Functions').click();
      server.say('Building… What you send waits.');
      await page.getByText('Building…').waitFor();
      await check();
      await onPhone()
        .getByRole('button', { name: /Ada Okafor/ })
        .click();
      await onPhone().getByRole('list', { name: 'Customers' }).getByText('C-1001').waitFor();
      await check('.phone');
    }, 60_000);
  });
});
