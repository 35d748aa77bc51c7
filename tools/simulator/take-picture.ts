/**
 * `npx tsx tools/simulator/take-picture.ts`: makes the picture in the README, of what a worker sees before and after. It needs
 * Chromium or Chrome.
 */
import type { Browser } from 'playwright-core';
import { buildProject } from '../build/build-project';
import { launchBrowser } from '../runtime/browser';
import { servePage } from './page-server';
import { startSimulator } from './simulator';

const PICTURE = '.github/simulator.png';
/** The last one is at the top of the list. */
const MESSAGES = [
  { from: 'messenger:1002003004', text: 'Thanks, it arrived!' },
  { from: 'whatsapp:+15555550123', text: 'Can I still change the size?' },
  { from: '+14155550147', text: 'Where is my order?' },
];
/** Two pixels for each one of the page, as on most screens. */
const SCALE = 2;

async function takePicture() {
  // Of the sample customers, whoever is in customers.json.
  process.env.BUILD_FOLDER = 'node_modules/.cache/picture/dist';
  const variables = { CUSTOMERS_FILE: 'assets/customers.private.json' };
  await buildProject(process.env.BUILD_FOLDER, variables);
  const simulator = await startSimulator({ readVariables: () => variables });
  const page = await servePage(0);
  page.show(simulator);
  const browser = await launchBrowser();

  const phoneWith = async (isBefore: boolean) => {
    simulator.twilio.clear();
    simulator.setSwitch('no-functions', isBefore);
    for (const message of MESSAGES) await simulator.twilio.receive(message);
    return pictureOfPhone(browser, `http://localhost:${page.port}`);
  };
  const before = await phoneWith(true);
  const after = await phoneWith(false);
  await sideBySide(browser, { 'Before: who is it?': before, 'After: names, avatars, customer IDs': after });

  await browser.close();
  page.close();
  await simulator.stop();
}

async function pictureOfPhone(browser: Browser, url: string): Promise<Buffer> {
  const viewport = { width: 410, height: 900 };
  // Its shadow would be cut off; the page lets nobody else set a style.
  const page = await browser.newPage({ viewport, deviceScaleFactor: SCALE, bypassCSP: true });
  await page.goto(url);
  await page.getByRole('button', { name: MESSAGES[0]?.text }).waitFor();
  await page.waitForLoadState('networkidle');
  const picture = await page
    .locator('.phone')
    .screenshot({ omitBackground: true, style: '.phone { box-shadow: none }' });
  await page.close();
  return picture;
}

async function sideBySide(browser: Browser, pictures: Record<string, Buffer>) {
  const page = await browser.newPage({ viewport: { width: 880, height: 402 }, deviceScaleFactor: SCALE });
  const figures = Object.entries(pictures).map(
    ([title, picture]) =>
      `<figure><h1>${title}</h1><img src="data:image/png;base64,${picture.toString('base64')}" width="378"></figure>`,
  );
  await page.setContent(`<style>
    body { display: flex; justify-content: space-evenly; margin: 0; padding: 24px 16px; background: #eef0f6 }
    figure { margin: 0; text-align: center }
    h1 { margin: 0 0 16px; color: #171b2c; font: 600 18px system-ui, sans-serif }
  </style><body>${figures.join('')}`);
  await page.locator('body').screenshot({ path: PICTURE });
}

void takePicture();
