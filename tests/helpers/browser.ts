import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = PATHS.find((path) => existsSync(path));

/** `describe` if there is a browser; if not, the tests are skipped, with a warning that says why. */
export const describeInBrowser = executablePath ? describe : describe.skip;
if (!executablePath) console.warn('Skipped: no Chromium or Chrome found; say where it is by CHROMIUM_PATH');

export function launchBrowser(): Promise<Browser> {
  // Chromium has no sandbox of its own if it runs as root, as it does in a container.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
