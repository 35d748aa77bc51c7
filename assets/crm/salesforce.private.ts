/**
 * Salesforce's contacts, by phone number or e-mail address.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 */
import type { EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';
import type { Address, CrmSource } from '../crm.private';

type CrmRequest = typeof import('../crm-request.private');
type PhoneNumbers = typeof import('../phone-numbers.private');

/** What the OAuth 2.0 client credentials flow gives. */
interface Session {
  instanceUrl: string;
  accessToken: string;
}

/** Of Spring '24. Salesforce keeps a version for three years at least. */
const API_VERSION = '60.0';
const FIELD = /^[a-z]\w*$/i;
const CREDENTIALS_HELP =
  'are SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET of an app with the client credentials flow enabled?';
const LOGIN_URL_HELP = 'is SALESFORCE_LOGIN_URL your My Domain, such as https://acme.my.salesforce.com?';

/** The session of this warm instance, and the credentials that it was given for. */
let kept: { id: string; session: Promise<Session> } | undefined;

/** @throws Error where Salesforce gives no session, or does not answer the query */
export const findCustomer: CrmSource['findCustomer'] = async (address, context, signal, timeLeftMs) => {
  const { askCrm, objectsIn }: CrmRequest = loadCrmRequest();
  const avatarField = context.SALESFORCE_AVATAR_FIELD?.trim();
  if (avatarField && !FIELD.test(avatarField)) {
    throw new Error('SALESFORCE_AVATAR_FIELD is no API name of a field, such as Photo__c');
  }
  const condition = conditionFor(address, context.CRM_DEFAULT_COUNTRY);
  if (!condition) return undefined;
  const fields = ['Id', 'Name', ...(avatarField ? [avatarField] : [])].join(', ');
  const soql = `SELECT ${fields} FROM Contact WHERE ${condition} LIMIT 2`;

  const query = async (session: Session, expected: number[]) => {
    const url = new URL(`/services/data/v${apiVersionOf(context)}/query`, session.instanceUrl);
    url.searchParams.set('q', soql);
    return askCrm(
      {
        crm: 'Salesforce',
        url,
        headers: { Authorization: `Bearer ${session.accessToken}` },
        expected,
        reasons: {
          400: avatarField ? 'is SALESFORCE_AVATAR_FIELD a field of Contact?' : 'it does not take the query',
          401: CREDENTIALS_HELP,
          403: 'may the user whom the connected app runs as use the API, and are there requests left today?',
          404: 'is there such a SALESFORCE_API_VERSION?',
        },
      },
      signal,
      timeLeftMs,
    );
  };
  const session = sessionFor(context, undefined, signal, timeLeftMs);
  let { status, json } = await query(await session, [401]);
  if (status === 401) ({ json } = await query(await sessionFor(context, session, signal, timeLeftMs), []));
  return objectsIn(json, 'records', 'Salesforce').map((contact) => ({
    customer_id: contact.Id as string,
    display_name: contact.Name as string,
    avatar: avatarField && (contact[avatarField] as string),
  }));
};

function conditionFor({ channel, key, value }: Address, country: string | undefined): string | undefined {
  if (channel === 'email') return `Email = ${quoted(value)}`;
  if (!key.startsWith('+')) return undefined;
  const { writtenForms }: PhoneNumbers = require(
    Runtime.getAssets()['/phone-numbers.js']?.path ?? '/phone-numbers.js',
  );
  const forms = writtenForms(key, country).map(quoted).join(', ');
  return `Phone IN (${forms}) OR MobilePhone IN (${forms})`;
}

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm */
function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `'${text.replace(/[\\']/g, '\\$&').replace(/[\n\r\t]/g, (character) => escapes[character] ?? '')}'`;
}

/** The session of this instance; a new one where there is none, or it is the one that was refused. */
function sessionFor(
  context: EnvironmentVariables,
  refused: Promise<Session> | undefined,
  signal: AbortSignal,
  timeLeftMs: () => number,
): Promise<Session> {
  const { requiredSetting, requiredUrl } = loadCrmRequest();
  const url = new URL('/services/oauth2/token', requiredUrl(context, 'SALESFORCE_LOGIN_URL'));
  const credentials = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: requiredSetting(context, 'SALESFORCE_CLIENT_ID'),
    client_secret: requiredSetting(context, 'SALESFORCE_CLIENT_SECRET'),
  }).toString();
  const id = `${url} ${credentials}`;
  if (kept?.id === id && kept.session !== refused) return kept.session;

  const session = logIn(url, credentials, signal, timeLeftMs);
  const keeping = { id, session };
  kept = keeping;
  session.catch(() => {
    if (kept === keeping) kept = undefined;
  });
  return session;
}

/** https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm */
async function logIn(
  url: URL,
  credentials: string,
  signal: AbortSignal,
  timeLeftMs: () => number,
): Promise<Session> {
  const { askCrm, isObject } = loadCrmRequest();
  const { json } = await askCrm(
    {
      crm: 'Salesforce',
      url,
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: credentials,
      reasons: { 400: CREDENTIALS_HELP, 401: CREDENTIALS_HELP, 404: LOGIN_URL_HELP },
    },
    signal,
    timeLeftMs,
  );
  const { access_token: accessToken, instance_url: instanceUrl } = isObject(json) ? json : {};
  const isSecure = typeof instanceUrl === 'string' && /^https:\/\/[\w.-]+\/?$/.test(instanceUrl);
  if (typeof accessToken !== 'string' || !isSecure) throw new Error('Salesforce answered no session');
  return { accessToken, instanceUrl };
}

function loadCrmRequest(): CrmRequest {
  return require(Runtime.getAssets()['/crm-request.js']?.path ?? '/crm-request.js');
}

/** `60.0` of `60`, `v60` and `v60.0`. */
function apiVersionOf({ SALESFORCE_API_VERSION }: EnvironmentVariables): string {
  const [, version] = /^v?(\d+)(?:\.0)?$/.exec(SALESFORCE_API_VERSION?.trim() || API_VERSION) ?? [];
  if (version) return `${version}.0`;
  throw new Error(`SALESFORCE_API_VERSION is no version: write it like ${API_VERSION}`);
}
