import { readFlagsOrExit } from '../../tools/read-flags';

const USAGE = 'npm run bench [-- --short] [--load]';
const read = (...args: string[]) => readFlagsOrExit(USAGE, ['short', 'load'], args);
let said: Record<'log' | 'error', jest.SpyInstance>;
beforeEach(() => {
  said = {
    log: jest.spyOn(console, 'log').mockReturnValue(),
    error: jest.spyOn(console, 'error').mockReturnValue(),
  };
  jest.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
});
afterEach(() => jest.restoreAllMocks());

test('each flag is there or not', () => {
  expect(read('--load')).toEqual({ short: false, load: true });
});

test('a flag that npm took for itself measures nothing', () => {
  jest.replaceProperty(process, 'env', { npm_config_short: 'true', npm_lifecycle_event: 'bench' });
  expect(() => read()).toThrow('exit 2');
  expect(said.error.mock.calls[0][0]).toMatch(
    /^npm took --short for itself: write npm run bench -- --short\n/,
  );
});

test('--help shows the usage', () => {
  expect(() => read('--help')).toThrow('exit 0');
  expect(said.log).toHaveBeenCalledWith(USAGE);
});

test.each([
  ['--shrot', "Unknown option '--shrot'"],
  ['short', "Unexpected argument 'short'"],
])('%s measures nothing, and says what is wrong, and how it is called', (flag, words) => {
  expect(() => read(flag)).toThrow('exit 2');
  const [[message] = []] = said.error.mock.calls;
  expect(message).toContain(words);
  expect(message).toContain(USAGE);
});
