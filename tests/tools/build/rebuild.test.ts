import childProcess from 'node:child_process';
import { buildFirst } from '../../../tools/build/rebuild';
import { Problem } from '../../../tools/problem';

const { spawn } = childProcess;
let said: { log: jest.SpyInstance; error: jest.SpyInstance };
beforeEach(() => {
  said = {
    log: jest.spyOn(console, 'log').mockReturnValue(),
    error: jest.spyOn(console, 'error').mockReturnValue(),
  };
});
afterEach(() => jest.restoreAllMocks());

/** Has a process that prints something take the place of the build. */
const build = (script: string) =>
  jest
    .spyOn(childProcess, 'spawn')
    .mockImplementation((_node, _args, options) => spawn(process.execPath, ['--eval', script], options));

test('a command goes on after a build, whose warnings are no part of its result', async () => {
  build('console.warn("customers.csv: 1 address left out")');
  await buildFirst();
  expect(said.error.mock.calls).toEqual([['customers.csv: 1 address left out']]);
  expect(said.log).not.toHaveBeenCalled();
});

test.each([
  [
    'console.error("customers.json: is not valid JSON"); process.exit(1)',
    'customers.json: is not valid JSON',
  ],
  ['process.kill(process.pid)', 'The build was interrupted.'],
])('a command does not go on with the last build after one that fails: %s', async (script, reason) => {
  build(script);
  await expect(buildFirst()).rejects.toThrow(new Problem(reason));
  await expect(buildFirst()).rejects.toBeInstanceOf(Problem);
});
