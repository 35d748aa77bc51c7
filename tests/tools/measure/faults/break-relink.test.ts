import { breakTwilioUnderRelink, CALLS_TO_TWILIO } from '../../../../tools/measure/faults/break-relink';
import type { RelinkOutcome } from '../../../../tools/measure/faults/old-conversations';

const results: RelinkOutcome[] = [];
const report = (result: RelinkOutcome) => results.push(result);
beforeEach(() => {
  results.length = 0;
});

// The other calls and faults, those of the CRM, and what becomes of a run that is killed, are in `npm run faults`, also in its
// short form.
test('if a call to Twilio fails, a run stops, or counts what is left', async () => {
  const [listing = '', naming = ''] = [CALLS_TO_TWILIO.at(0), CALLS_TO_TWILIO.at(-1)];
  await breakTwilioUnderRelink(report, [listing, naming], ['503 for ever']);
  expect(results.filter(({ problem }) => problem)).toEqual([]);
  expect(results).toHaveLength(2);
}, 180_000);

test('whichever answer to a write gets lost, nothing is written twice', async () => {
  await breakTwilioUnderRelink(report, CALLS_TO_TWILIO.slice(-2), ['a malformed answer once']);
  expect(results).toMatchObject([
    { part: expect.stringContaining('linking') },
    { part: expect.stringContaining('naming') },
  ]);
  expect(results.filter(({ problem }) => problem)).toEqual([]);
}, 180_000);
