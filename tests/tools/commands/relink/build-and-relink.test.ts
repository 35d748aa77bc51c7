import { buildFirst } from '../../../../tools/build/rebuild';
import { runAsProcess } from '../../../../tools/commands/run-as-process';
import { Problem } from '../../../../tools/problem';
import { runHere } from '../../../helpers/run-here';
import '../../../../tools/commands/relink/build-and-relink';

jest.mock('../../../../tools/build/rebuild');
jest.mock('../../../../tools/commands/run-as-process');

test('a build that fails is one JSON document, and nothing is linked', async () => {
  const [[buildAndRelink] = []] = jest.mocked(runAsProcess).mock.calls;
  if (!buildAndRelink) throw new Error('it does not run');
  jest.mocked(buildFirst).mockRejectedValue(new Problem('customers.json: is not valid JSON'));
  const { code, out } = await runHere(buildAndRelink, ['--json']);
  expect(code).toBe(1);
  expect(out.map((text) => JSON.parse(text))).toEqual([
    { ok: false, error: 'customers.json: is not valid JSON' },
  ]);
});
