import { breakTwilioUnderRelink, CALLS_TO_TWILIO } from '../../../tools/measure/faults/break-relink';
import { killRelink } from '../../../tools/measure/faults/kill-relink';
import type { RelinkOutcome } from '../../../tools/measure/faults/old-conversations';

const results: RelinkOutcome[] = [];
const report = (result: RelinkOutcome) => results.push(result);
beforeEach(() => {
  results.length = 0;
});

// The other faults, and those of the CRM, are those of `npm run faults`.
test('whichever call to Twilio fails, a run counts what is left, or stops', async () => {
  await breakTwilioUnderRelink(report, CALLS_TO_TWILIO, ['503 for ever']);
  expect(results.filter(({ problem }) => problem)).toEqual([]);
  expect(results).toHaveLength(5);
}, 180_000);

test('whichever answer to a write gets lost, nothing is written twice', async () => {
  await breakTwilioUnderRelink(report, CALLS_TO_TWILIO.slice(-2), ['a malformed answer once']);
  expect(results).toMatchObject([
    { part: expect.stringContaining('linking') },
    { part: expect.stringContaining('naming') },
  ]);
  expect(results.filter(({ problem }) => problem)).toEqual([]);
}, 180_000);

// `npm run faults` kills it twenty times.
test('a run that is killed at random places ends as one that is not, and writes nothing twice', async () => {
  await killRelink(report, 3, 60);
  expect(results).toMatchObject([{ lost: 0, writtenTwice: 0, problem: undefined }]);
}, 180_000);
