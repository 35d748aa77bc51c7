import { browserPath } from '../../tools/runtime/browser';

/** `describe` if there is a browser; if not, the tests are skipped, with a warning that says why. */
export const describeInBrowser = browserPath ? describe : describe.skip;
if (!browserPath) console.warn('Skipped: no Chromium or Chrome found; say where it is by CHROMIUM_PATH');
