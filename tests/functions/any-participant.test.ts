import fc from 'fast-check';
import { handler } from '../../functions/on-participant-added.protected';
import { randomText } from '../../tools/measure/faults/random-text';
import sms from '../fixtures/on-participant-added.json';
import { answerOf, captureLog, installRuntime, script } from '../helpers/in-process-runtime';

let log: () => string[];
beforeEach(() => {
  installRuntime();
  log = captureLog();
});
afterEach(() => jest.restoreAllMocks());

const PROJECTED = 'MessagingBinding.ProjectedAddress';
/** Without credentials, so that whoever is known gets as far as the call to Twilio. */
const NO_CLIENT = 'no Twilio client: ACCOUNT_SID and AUTH_TOKEN are not set';

test('whatever fields an event has, repeated or of any type, it is answered once, and never by an error that nobody expected', async () => {
  const name = fc.constantFrom(...Object.keys(sms), 'Identity', 'RetryCount', PROJECTED, '__proto__');
  const text = fc.oneof(
    fc.constantFrom(...Object.values(sms), '', 'null', '[]', '{"customer_id":1}'),
    randomText(20),
    fc.json(),
  );
  const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.jsonValue());
  const known = fc.oneof(fc.constant(undefined), fc.constant({ customer_id: 'C-1' }), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, value), { maxLength: 6 }),
      known,
      fc.boolean(),
      async (fields, customer, fails) => {
        script(async () => (fails ? Promise.reject(customer) : (customer as never)));
        const event = { ...sms, ...Object.fromEntries(fields) };
        const { statusCode = 200, body } = await answerOf(handler, event, { CRM_SOURCE: 'scripted' });
        expect([200, 400, 500, 503]).toContain(statusCode);
        if (statusCode === 500) expect(body).toEqual({ error: NO_CLIENT });
      },
    ),
    { numRuns: 300 },
  );
});

test('a mapping that is missing is an error', async () => {
  installRuntime({ '/crm.js': undefined });
  expect(await answerOf(handler, { ...sms })).toMatchObject({ statusCode: 500 });
});

test('an error that nobody expected is logged once, without the number', async () => {
  installRuntime({ '/conversations-api.js': `/nobody/+33679571533.js` });
  script(async () => ({ customer_id: 'C-1' }));
  const event = { ...sms, 'MessagingBinding.Address': '+33679571533' };
  const { statusCode, body } = await answerOf(handler, event, { CRM_SOURCE: 'scripted' });
  expect([statusCode, body]).toEqual([500, { error: 'unexpected error: see the log' }]);
  expect(log()).toEqual([expect.stringMatching(/^onParticipantAdded \+3367•••1533 Cannot find module/)]);
  expect(log().join()).not.toContain('+33679571533');
});
