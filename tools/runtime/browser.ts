import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium or Chrome is on this machine; `undefined` if it is nowhere. */
export const browserPath = PATHS.find((path) => existsSync(path));

/** @throws Error if there is no browser, or it does not start */
export function launchBrowser(): Promise<Browser> {
  // Chromium has no sandbox of its own if it runs as root, as it does in a container.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: browserPath, args });
}
