import { buildFirst } from '../../../tools/build/rebuild';
import { Problem } from '../../../tools/problem';
import { simulate } from '../../../tools/simulator/simulate-command';
import { runHere } from '../../helpers/run-here';

jest.mock('../../../tools/build/rebuild');
jest.mock('../../../tools/simulator/exit-when-told');

test('a build that fails is one JSON document', async () => {
  jest.mocked(buildFirst).mockRejectedValue(new Problem('customers.json: is not valid JSON'));
  const { code, out } = await runHere(simulate, ['--from', '+15555550123', '--json']);
  expect(code).toBe(1);
  expect(out.map((text) => JSON.parse(text))).toEqual([
    { ok: false, error: 'customers.json: is not valid JSON' },
  ]);
});
