import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = [
  process.env.CHROMIUM_PATH ?? '',
  // Chromium without the browser around it starts, and runs, in three quarters of the time.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium or Chrome is on this machine; `undefined` if it is nowhere. */
export const browserPath = PATHS.find((path) => existsSync(path));

/** @throws Error if there is no browser, or it does not start */
export function launchBrowser(): Promise<Browser> {
  // One process for all pages: they are our own, and each would start another.
  const args = ['--disable-site-isolation-trials', '--renderer-process-limit=1'];
  // Chromium has no sandbox of its own if it runs as root, as it does in a container.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: browserPath, args });
}
