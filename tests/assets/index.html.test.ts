import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../tools/runtime/browser';
import { describeInBrowser } from '../helpers/browser';

const DOMAIN = 'https://frontline-1234-dev.twil.io';
/** Where `npm start` serves it: tests/runtime.test.ts sees that it does. */
const LOCAL = 'http://localhost:3000';
// A browser is slow on a machine that is busy.
jest.setTimeout(30_000);
const html = readFileSync('assets/index.html', 'utf8');

test('the page shows no customer', () => {
  const customers = JSON.parse(readFileSync('tests/fixtures/customers.json', 'utf8'));
  for (const { customer_id, display_name } of customers) {
    expect(html).not.toContain(customer_id);
    expect(html).not.toContain(display_name);
  }
});

describeInBrowser('the page in a browser', () => {
  let browser: Browser;
  let page: Page;
  let address: string;
  /** What should not happen. */
  let faults: string[];
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  }, 30_000);
  afterAll(() => browser.close());

  async function newPage(options = {}) {
    const opened = await browser.newPage(options);
    opened.on('console', (message) => faults.push(message.text()));
    opened.on('pageerror', (error) => faults.push(error.message));
    opened.on('request', (request) => {
      if (request.url() !== address) faults.push(request.url());
    });
    await opened.route(/^https?:/, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    return opened;
  }
  /** Opens it as if it were deployed. */
  async function open(url = `${DOMAIN}/index.html`, opened = page) {
    address = url;
    faults = [];
    await opened.goto(url);
  }
  const copied = async (name: string) => {
    const button = page.getByRole('button', { name });
    await button.click();
    await button.getByText('Copied', { exact: true }).waitFor();
    // In view, however long the page is.
    expect((await page.getByText('Copied.').boundingBox())?.y).toBeLessThan(page.viewportSize()?.height ?? 0);
    return page.evaluate('navigator.clipboard.readText()');
  };

  test('shows and copies the URLs of the domain that it is opened on', async () => {
    await open();
    await page.getByText(`${DOMAIN}/on-conversation-add`, { exact: true }).waitFor();
    expect(await copied('Copy the Pre-Event URL')).toBe(`${DOMAIN}/on-conversation-add`);
    expect(await copied('Copy the Post-Event URL')).toBe(`${DOMAIN}/on-participant-added`);
    expect(faults).toEqual([]);
  });

  test('puts the command of the project first, and fills the domain into that of the Twilio CLI', async () => {
    await open();
    expect(await copied('Copy the command that connects')).toBe('npm run connect');
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Your webhook URLs',
      'Set them with one command',
      'Or in the Console',
      'Or with the Twilio CLI',
      'Then check it',
    ]);
    expect(await copied('Copy the command of the Twilio CLI')).toBe(
      'twilio api:conversations:v1:configuration:webhooks:update --method POST --target webhook ' +
        `--pre-webhook-url ${DOMAIN}/on-conversation-add --post-webhook-url ${DOMAIN}/on-participant-added ` +
        '--filters onConversationAdd onParticipantAdded',
    );
  });

  test('selects what is to copy if the browser does not let it copy', async () => {
    await open();
    await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await page.getByRole('button', { name: 'Copy the Pre-Event URL' }).click();
    await page.getByText('Selected: press Ctrl+C to copy.').waitFor();
    expect(await page.evaluate('String(getSelection())')).toBe(`${DOMAIN}/on-conversation-add`);
  });

  test('says how to copy on a phone, which has no keyboard', async () => {
    const phone = await newPage({ hasTouch: true, isMobile: true });
    await open(undefined, phone);
    await phone.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await phone.getByRole('button', { name: 'Copy the Pre-Event URL' }).click();
    await phone.getByText('Selected: hold it, and choose Copy.').waitFor();
    await phone.close();
  });

  test('says that it is deployed on Twilio’s domain, and only there', async () => {
    await open();
    await page.getByText('Deployed', { exact: true }).waitFor();
    await open('https://webhooks.example.com/index.html');
    await page.getByText('Ready', { exact: true }).waitFor();
  });

  test('can be used by keyboard', async () => {
    await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${DOMAIN}/on-conversation-add`);
  });

  test('fits a phone, in light and dark', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
    expect(faults).toEqual([]);
  });

  test('axe finds nothing in it', async () => {
    for (const url of [`${DOMAIN}/index.html`, `${LOCAL}/`]) {
      await page.emulateMedia({ colorScheme: 'light' });
      await open(url);
      await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
      expect(await page.evaluate('axe.run().then(({ violations }) => violations)')).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      const contrast = "axe.run({ runOnly: ['color-contrast'] }).then(({ violations }) => violations)";
      expect(await page.evaluate(contrast)).toEqual([]);
    }
  });

  test('has buttons that look like buttons with forced colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await open();
    const button = page.getByRole('button', { name: 'Copy the Pre-Event URL' });
    expect(
      await button.evaluate((node) => node.ownerDocument.defaultView?.getComputedStyle(node).borderTopWidth),
    ).toBe('1px');
    await page.emulateMedia({ forcedColors: 'none' });
  });

  test.each(['/', '/index.html'])(
    'greets at %s, and says that Twilio cannot reach it there',
    async (path) => {
      await open(`${LOCAL}${path}`);
      await page.getByText('This is your own machine').waitFor();
      await page.getByText('Running on your machine').waitFor();
      await page.getByRole('heading', { name: 'Deploy, then set two URLs' }).waitFor();
      expect(await page.getByText('The Functions are ready').isVisible()).toBe(false);
      await page.getByText('These Functions tell Frontline workers who is writing.').waitFor();
      expect(await page.getByText(`${LOCAL}/on-conversation-add`).first().isVisible()).toBe(false);
      expect(faults).toEqual([]);
    },
  );
});
