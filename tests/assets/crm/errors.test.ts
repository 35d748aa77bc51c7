import { fakeCrm } from '../../../tools/fakes/fake-crms';
import { useFakeCrms } from '../../helpers/fake-crms';
import { answerOf } from '../../helpers/in-process-runtime';
import { useSkippedPauses } from '../../helpers/skipped-pauses';

const { log } = useFakeCrms();
useSkippedPauses();
const event = {
  EventType: 'onConversationAdd',
  'MessagingBinding.Address': '+14155550147',
  'MessagingBinding.ProxyAddress': '+14155550100',
};

/** What the log says after an API answered so; Salesforce gives a session first, unless it is that which it refuses. */
async function logAfter(source: string, status: number, body: unknown): Promise<string> {
  const fake = fakeCrm(source);
  const { answer } = fake;
  const personal = { message: 'Ada Okafor', detail: '+14155550147' };
  const isList = Array.isArray(body);
  const mocked = { status, body: isList ? [{ ...personal, ...body[0] }] : { ...personal, ...Object(body) } };
  jest
    .spyOn(fake, 'answer')
    .mockImplementation((request, contacts) =>
      isList && request.path.includes('oauth2') ? answer.call(fake, request, contacts) : mocked,
    );
  const { handler } = require('../../../functions/on-conversation-add.protected');
  const answered = await answerOf(handler, event, { CRM_SOURCE: source, ...fake.settings });
  expect(answered).not.toHaveProperty('attributes');
  return log().join('\n');
}

// The shapes are documented: https://developers.hubspot.com/docs/api-reference/error-handling,
// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm,
// https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm, https://airtable.com/developers/web/api/errors
test.each<[string, number, unknown, string]>([
  ['hubspot', 400, { category: 'VALIDATION_ERROR' }, '(VALIDATION_ERROR): it does not accept the search'],
  ['hubspot', 401, { category: 'INVALID_AUTHENTICATION' }, 'HUBSPOT_ACCESS_TOKEN a service key that exists'],
  ['hubspot', 401, { category: 'EXPIRED_AUTHENTICATION' }, 'HUBSPOT_ACCESS_TOKEN a service key that exists'],
  [
    'hubspot',
    403,
    { category: 'MISSING_SCOPES' },
    '(MISSING_SCOPES): has the service key, or the private app,',
  ],
  ['hubspot', 404, {}, 'this version of its API is retired'],
  ['hubspot', 429, { category: 'RATE_LIMITS' }, '(RATE_LIMITS): more than five searches a second'],
  [
    'hubspot',
    429,
    { errorType: 'RATE_LIMIT', policyName: 'DAILY' },
    '(RATE_LIMIT_DAILY): the requests of the day are used up',
  ],
  ['salesforce', 400, { error: 'invalid_client' }, '(invalid_client): SALESFORCE_CLIENT_SECRET is not'],
  ['salesforce', 400, { error: 'invalid_client_id' }, '(invalid_client_id): SALESFORCE_CLIENT_ID is not'],
  ['salesforce', 400, { error: 'invalid_grant' }, '(invalid_grant): the app has no run-as user'],
  ['salesforce', 400, { error: 'unsupported_grant_type' }, 'is SALESFORCE_LOGIN_URL your My Domain'],
  [
    'salesforce',
    400,
    [{ errorCode: 'INVALID_FIELD' }],
    '(INVALID_FIELD): the run-as user of the app does not see a field',
  ],
  ['salesforce', 400, [{ errorCode: 'INVALID_TYPE' }], 'does not see one of SALESFORCE_OBJECTS'],
  [
    'salesforce',
    403,
    [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
    'the API requests of the last 24 hours are used up',
  ],
  [
    'salesforce',
    403,
    [{ errorCode: 'API_DISABLED_FOR_ORG' }],
    'has no API, or the run-as user of the app lacks',
  ],
  ['salesforce', 401, [{ errorCode: 'INVALID_SESSION_ID' }], 'has the app the scope api, and may its run-as'],
  ['salesforce', 403, [{ errorCode: 'API_CURRENTLY_DISABLED' }], 'lacks the permission API Enabled'],
  ['salesforce', 404, [{ errorCode: 'NOT_FOUND' }], 'has retired SALESFORCE_API_VERSION'],
  ['salesforce', 410, [], 'has retired SALESFORCE_API_VERSION'],
  ['airtable', 401, { error: { type: 'AUTHENTICATION_REQUIRED' } }, 'is AIRTABLE_ACCESS_TOKEN a personal'],
  [
    'airtable',
    403,
    { error: { type: 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND' } },
    'has AIRTABLE_ACCESS_TOKEN the scope',
  ],
  ['airtable', 404, { error: 'NOT_FOUND' }, '(NOT_FOUND): are AIRTABLE_BASE_ID and AIRTABLE_TABLE right?'],
  [
    'airtable',
    422,
    { error: { type: 'UNKNOWN_FIELD_NAME' } },
    '(UNKNOWN_FIELD_NAME): are AIRTABLE_PHONE_FIELD and',
  ],
  [
    'airtable',
    422,
    { error: { type: 'INVALID_FILTER_BY_FORMULA' } },
    'are AIRTABLE_PHONE_FIELD and AIRTABLE_EMAIL_FIELD',
  ],
  [
    'airtable',
    429,
    { error: { type: 'PUBLIC_API_BILLING_LIMIT_EXCEEDED' } },
    'the API calls of this month are used up',
  ],
  [
    'airtable',
    429,
    { errors: [{ error: 'RATE_LIMIT_REACHED' }] },
    '(RATE_LIMIT_REACHED): a base answers five requests a second',
  ],
])('%s: the log says what to do after %i %j', async (source, status, body, sentence) => {
  const lines = await logAfter(source, status, body);
  expect(lines).toContain(`answered ${status}`);
  expect(lines).toContain(sentence);
  expect(lines).not.toMatch(/Ada|Okafor|4155550147/);
});
