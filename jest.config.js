const { availableParallelism } = require('node:os');

/** These packages are ES modules, which Jest does not load as they are. */
const ES_MODULES = 'p-queue|p-retry|p-timeout|is-network-error';

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/tests'],
  // Many tests wait for another process: one more than there are cores keeps these busy.
  maxWorkers: availableParallelism() + 1,
  transform: { [`\\.ts$|/node_modules/(${ES_MODULES})/`]: '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES})/)`],
  setupFiles: ['<rootDir>/tests/helpers/setup.ts'],
  globalSetup: '<rootDir>/tests/helpers/global-setup.ts',
};
