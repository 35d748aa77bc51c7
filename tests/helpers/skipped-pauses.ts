import { resolve } from 'node:path';

/** The file to load in another process. */
export const SKIP_PAUSES = resolve('tests/fixtures/skip-pauses.js');
const { skipPauses }: { skipPauses: () => () => void } = require(SKIP_PAUSES);

/** Has the pauses between attempts take no time in the tests of a file, but for the clock. */
export function useSkippedPauses() {
  let end: () => void;
  beforeEach(() => {
    end = skipPauses();
  });
  afterEach(() => end());
}
