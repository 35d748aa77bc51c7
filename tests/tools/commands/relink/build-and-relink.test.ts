import { buildFirst } from '../../../../tools/build/rebuild';
import { runCommand } from '../../../../tools/commands/command-line';
import { runAsProcess } from '../../../../tools/commands/run-as-process';
import { Problem } from '../../../../tools/problem';
import '../../../../tools/commands/relink/build-and-relink';

jest.mock('../../../../tools/build/rebuild');
jest.mock('../../../../tools/commands/run-as-process');

test('a build that fails is one JSON document, and nothing is linked', async () => {
  const [[buildAndRelink] = []] = jest.mocked(runAsProcess).mock.calls;
  if (!buildAndRelink) throw new Error('it does not run');
  jest.mocked(buildFirst).mockRejectedValue(new Problem('customers.json: is not valid JSON'));
  const printed: string[] = [];
  const code = await runCommand(buildAndRelink, ['--json'], {
    env: {},
    connect: () => {
      throw new Error('no account is needed');
    },
    signal: new AbortController().signal,
    out: (text) => printed.push(text),
    problem: () => undefined,
    note: () => undefined,
  });
  expect(code).toBe(1);
  expect(printed.map((text) => JSON.parse(text))).toEqual([
    { ok: false, error: 'customers.json: is not valid JSON' },
  ]);
});
