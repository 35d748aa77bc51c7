import { explainPreEvent } from '../../../tools/simulator/explain';
import { explainPostEvent } from '../../../tools/simulator/explain-post-event';

const source = 'source=http 4 ms';
const preEvent = (log: string[], body: object = { friendly_name: '+14155550147' }) =>
  explainPreEvent({ status: 200, body, ms: 4 }, { address: '+14155550147', report: { log, found: [] } });
const postEvent = (
  log: string[],
  status = 200,
  body: object = {},
  retries: Parameters<typeof explainPostEvent>[1]['retries'] = 'none',
) => explainPostEvent({ status, body, ms: 4 }, { calls: [], report: { log, found: [] }, retries });

// The lines are those of docs/operations.md, under Reading the log.
test.each([
  [
    'known',
    'fine',
    [`onConversationAdd +1415•••0147 known customer_id="C-1" ${source}`],
    { friendly_name: 'Ada', attributes: '{"avatar":"x"}' },
    'Named Ada, with an avatar.',
  ],
  [
    'called as the address is',
    'fine',
    [`onConversationAdd +1415•••0147 known customer_id="C-1" ${source}`],
    undefined,
    'Named +14155550147.',
  ],
  [
    'one of a group, with another one without a name',
    'fine',
    [
      `onConversationAdd +1415•••0147 +1415•••0148 known customer_id="C-1" customer_id="C-2" (no name) ${source}`,
    ],
    { friendly_name: 'Ada, +14155550148' },
    'Named Ada, +14155550148.',
  ],
  [
    'without a name',
    'warning',
    [`onConversationAdd +1415•••0147 known customer_id="C-1" (no name) ${source}`],
    undefined,
    'The customer is C-1, who has no name in the CRM: shown by the address.',
  ],
  [
    'unknown',
    'fine',
    [`onConversationAdd +1415•••0147 unknown ${source}`],
    undefined,
    'The CRM knows nobody with this address: shown by the address.',
  ],
  [
    'two of them',
    'warning',
    [
      '+1415•••0147 is ambiguous: customer_id "1", "2" have it, none is taken',
      `onConversationAdd +1415•••0147 unknown ${source}`,
    ],
    undefined,
    'Several customers have this address ("1", "2"): none is taken. Shown by the address.',
  ],
  [
    'refused',
    'warning',
    [
      `onConversationAdd +1415•••0147 CRM failed (CRM_SOURCE http: the service at CRM_URL answered 401: is CRM_AUTHORIZATION right?) ${source}`,
    ],
    undefined,
    'The CRM failed: the service at CRM_URL answered 401: is CRM_AUTHORIZATION right?. Shown by the address, nothing is lost.',
  ],
  [
    'too slow',
    'warning',
    [`onConversationAdd +1415•••0147 CRM failed (CRM_SOURCE http: no answer in time) ${source}`],
    undefined,
    'The CRM failed: no answer in time. Shown by the address, nothing is lost.',
  ],
  [
    'no such source',
    'warning',
    [
      `onConversationAdd +1415•••0147 CRM failed (CRM_SOURCE x: there is no such source; there are: file) ${source}`,
    ],
    undefined,
    'The CRM failed: there is no such source; there are: file. Shown by the address, nothing is lost.',
  ],
  [
    'unexpected',
    'warning',
    ['onConversationAdd: the conversation is created as it is. Cannot find module'],
    {},
    'The Function failed: Cannot find module. Created unchanged, nothing is lost.',
  ],
] as const)('a customer of the pre-event who is %s', (_name, verdict, log, body, words) => {
  expect(preEvent([...log], body)).toEqual({ verdict, words });
});

test.each([
  [
    'linked',
    'fine',
    [`onParticipantAdded messenger:••• linked, conversation named customer_id="C-1" ${source}`],
    'Linked, and the conversation got its name.',
  ],
  [
    'linked already',
    'fine',
    [`onParticipantAdded +1415•••0147 linked already ${source}`],
    'Linked already: nothing is written.',
  ],
  ['a worker', 'fine', [`onParticipantAdded no customer ${source}`], 'A worker, not a customer: no call.'],
  ['unknown', 'fine', [`onParticipantAdded +1415•••0147 unknown ${source}`], 'There is no customer to link.'],
  [
    'two of them',
    'warning',
    [
      '+1415•••0147 is ambiguous: customer_id "1", "2" have it, none is taken',
      `onParticipantAdded +1415•••0147 unknown ${source}`,
    ],
    'Several customers have this address ("1", "2"): not linked.',
  ],
  [
    'gone',
    'warning',
    [`onParticipantAdded +1415•••0147 gone customer_id="C-1" ${source}`],
    'Not linked: gone.',
  ],
] as const)('a participant of the post-event who is %s', (_name, verdict, log, words) => {
  expect(postEvent([...log])).toEqual({ verdict, words });
});

test('a Function that throws is shown with its error and line', () => {
  const report = {
    log: [],
    found: [],
    error: { message: 'x is not a function', at: 'dist/functions/a.js:7' },
  };
  expect(explainPreEvent({ status: 500, body: '', ms: 4 }, { address: '+1', report })).toMatchObject({
    verdict: 'lost',
    words: expect.stringContaining('the Function threw “x is not a function” at dist/functions/a.js:7.'),
  });
});

test.each([
  ['none', 'Twilio sends it again if the service has a retry count.'],
  ['left', 'Twilio sends it again.'],
  ['over', 'Twilio does not send it again: npm run relink links the participant.'],
] as const)('503 is told with its reason, and what comes of it: retries %s', (retries, again) => {
  expect(postEvent([], 503, { error: 'CRM_SOURCE http: it is down' }, retries)).toEqual({
    verdict: 'warning',
    words: `The CRM failed: it is down. Answered 503: ${again}`,
  });
});
