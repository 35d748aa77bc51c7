/**
 * Salesforce's contacts, by phone number or e-mail address.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 */
import type { Address } from '../address.private';
import type { CrmSource, Customer, LookUp } from '../crm.private';

export const settings: CrmSource['settings'] = {
  SALESFORCE_LOGIN_URL: {
    is: 'your My Domain',
    example: 'https://acme.my.salesforce.com',
    required: true,
    format: 'url',
  },
  SALESFORCE_CLIENT_ID: { is: 'the consumer key of the app', example: '3MVG9…', required: true },
  SALESFORCE_CLIENT_SECRET: { is: 'the consumer secret of the app', example: '0123…', required: true },
  // Of Spring '24. Salesforce keeps a version for three years at least.
  SALESFORCE_API_VERSION: {
    is: 'the version of the REST API',
    example: '60.0',
    default: '60.0',
    format: /^v?\d+(\.0)?$/,
  },
  SALESFORCE_AVATAR_FIELD: {
    is: 'the API name of a field with the URL of a picture',
    example: 'Photo__c',
    format: /^[a-z]\w*$/i,
  },
};

/** What the OAuth 2.0 client credentials flow gives. */
interface Session {
  instanceUrl: string;
  accessToken: string;
}

const CREDENTIALS_HELP =
  'are SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET of an app with the client credentials flow enabled?';
const LOGIN_URL_HELP = 'is SALESFORCE_LOGIN_URL your My Domain, such as https://acme.my.salesforce.com?';

/** The session of this warm instance, and the credentials that it was given for. */
let cached: { id: string; session: Promise<Session> } | undefined;

/** @throws Error if Salesforce gives no session, or does not answer the query */
export const findCustomer: CrmSource['findCustomer'] = async (address, lookUp) => {
  const { SALESFORCE_API_VERSION = '', SALESFORCE_AVATAR_FIELD } = lookUp.settings;
  const condition = conditionFor(address, lookUp);
  if (!condition) return undefined;
  const fields = ['Id', 'Name', ...(SALESFORCE_AVATAR_FIELD ? [SALESFORCE_AVATAR_FIELD] : [])].join(', ');
  const soql = `SELECT ${fields} FROM Contact WHERE ${condition} LIMIT 2`;
  const version = Number.parseInt(SALESFORCE_API_VERSION.replace('v', ''), 10);

  const query = async ({ instanceUrl, accessToken }: Session, expected: number[]) => {
    const url = new URL(`/services/data/v${version}.0/query`, instanceUrl);
    url.searchParams.set('q', soql);
    return lookUp.ask({
      crm: 'Salesforce',
      url,
      headers: { Authorization: `Bearer ${accessToken}` },
      expected,
      reasons: {
        400: SALESFORCE_AVATAR_FIELD
          ? 'is SALESFORCE_AVATAR_FIELD a field of Contact?'
          : 'it does not take the query',
        401: CREDENTIALS_HELP,
        403: 'may the user whom the connected app runs as use the API, and are there requests left today?',
        404: 'is there such a SALESFORCE_API_VERSION?',
      },
    });
  };
  const session = cachedSession(lookUp);
  let answer = await query(await session, [401]);
  if (answer.status === 401) answer = await query(await cachedSession(lookUp, session), []);
  return answer.list('records').map(
    (contact): Customer => ({
      customer_id: contact.Id,
      display_name: contact.Name,
      avatar: SALESFORCE_AVATAR_FIELD && contact[SALESFORCE_AVATAR_FIELD],
    }),
  );
};

function conditionFor({ channel, key, value }: Address, lookUp: LookUp): string | undefined {
  if (channel === 'email') return `Email = ${quoted(value)}`;
  if (!key.startsWith('+')) return undefined;
  const { context, phoneNumbers } = lookUp;
  const forms = phoneNumbers.writtenForms(key, context.CRM_DEFAULT_COUNTRY).map(quoted).join(', ');
  return `Phone IN (${forms}) OR MobilePhone IN (${forms})`;
}

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm */
function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `'${text.replace(/[\\']/g, '\\$&').replace(/[\n\r\t]/g, (character) => escapes[character] ?? '')}'`;
}

/** The session of this instance; a new one if there is none, or if it is the one that was refused. */
function cachedSession(lookUp: LookUp, refused?: Promise<Session>): Promise<Session> {
  const { SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID = '', SALESFORCE_CLIENT_SECRET = '' } = lookUp.settings;
  const url = new URL('/services/oauth2/token', SALESFORCE_LOGIN_URL);
  const credentials = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: SALESFORCE_CLIENT_ID,
    client_secret: SALESFORCE_CLIENT_SECRET,
  }).toString();
  const id = `${url} ${credentials}`;
  if (cached?.id === id && cached.session !== refused) return cached.session;

  const session = logIn(url, credentials, lookUp);
  const caching = { id, session };
  cached = caching;
  session.catch(() => {
    if (cached === caching) cached = undefined;
  });
  return session;
}

/** https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm */
async function logIn(url: URL, credentials: string, { ask }: LookUp): Promise<Session> {
  const answer = await ask({
    crm: 'Salesforce',
    url,
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: credentials,
    reasons: { 400: CREDENTIALS_HELP, 401: CREDENTIALS_HELP, 404: LOGIN_URL_HELP },
  });
  const { access_token: accessToken, instance_url: instanceUrl } = Object(answer.json);
  const isSecure = typeof instanceUrl === 'string' && /^https:\/\/[\w.-]+\/?$/.test(instanceUrl);
  if (typeof accessToken === 'string' && isSecure) return { accessToken, instanceUrl };
  throw new Error('Salesforce did not answer with a session');
}
