/**
 * Salesforce's contacts, leads and person accounts, by phone number or e-mail address.
 *
 * Numbers are searched by SOSL, which looks into the search index and past the way a number is written: FIND {4159017000}
 * finds (415) 901-7000 (https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_search.htm). SOQL
 * would have to read every record: phone fields have no index, and LIKE '%…' could use none; 2 to 5 s were seen in live
 * orgs. E-mail fields have one, and the index of SOSL lags, so e-mail addresses are queried by SOQL.
 */
import type { Address } from '../address.private';
import type { CrmSource, Customer, LookUp } from '../crm.private';

export const settings: CrmSource['settings'] = {
  SALESFORCE_LOGIN_URL: {
    is: 'your My Domain',
    example: 'https://acme.my.salesforce.com',
    required: true,
    // The client credentials flow works on My Domain alone.
    format: /^https:\/\/(?!(login|test)\.salesforce\.com)[^\s/]+\/?$/i,
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
  SALESFORCE_OBJECTS: {
    is: 'where customers are: Contact, Lead, PersonAccount, in this order if several have a number',
    example: 'PersonAccount,Contact,Lead',
    default: 'Contact,Lead',
    format: /^(Contact|Lead|PersonAccount)(\s*,\s*(Contact|Lead|PersonAccount))*$/,
  },
  SALESFORCE_ID_FIELD: {
    is: 'the API name of the field that customer_id is taken from',
    example: 'Customer_Number__c',
    default: 'Id',
    format: /^[a-z]\w*$/i,
  },
  SALESFORCE_AVATAR_FIELD: {
    is: 'the API name of a field with the URL of a picture',
    example: 'Photo__c',
    format: /^[a-z]\w*$/i,
  },
};

/** Where an object has what is asked for. */
interface CrmObject {
  /** The object's API name. */
  from: string;
  where?: string;
  email: string;
  mobile: string;
  phones: string[];
  /** The field for one of a contact: those of a person account have other names. */
  field: (name: string) => string;
}

const OBJECTS: Record<string, CrmObject> = {
  Contact: {
    from: 'Contact',
    email: 'Email',
    mobile: 'MobilePhone',
    phones: ['Phone', 'HomePhone', 'OtherPhone'],
    field: (name) => name,
  },
  Lead: {
    from: 'Lead',
    // What became of them is a contact: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
    where: 'IsConverted = false',
    email: 'Email',
    mobile: 'MobilePhone',
    phones: ['Phone'],
    field: (name) => name,
  },
  // Asked for where the org has them: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_personaccounts.htm
  PersonAccount: {
    from: 'Account',
    where: 'IsPersonAccount = true',
    email: 'PersonEmail',
    mobile: 'PersonMobilePhone',
    phones: ['Phone', 'PersonHomePhone', 'PersonOtherPhone'],
    field: (name) => (name === 'Id' ? 'PersonContactId' : name.replace(/__c$/, '__pc')),
  },
};

/** What the OAuth 2.0 client credentials flow gives. */
interface Session {
  instanceUrl: string;
  accessToken: string;
}

/** Of each object: more than have the same digits. */
const LIMIT = 100;
const CREDENTIALS_HELP =
  'are SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET of an app with the client credentials flow enabled?';
const LOGIN_URL_HELP = 'is SALESFORCE_LOGIN_URL your My Domain, such as https://acme.my.salesforce.com?';
const VERSION_HELP = 'Salesforce has retired SALESFORCE_API_VERSION, or does not have it yet';
/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
const REASONS: Record<string, string> = {
  400: 'it does not accept the search',
  401: CREDENTIALS_HELP,
  403: 'may the run-as user of the app use the API?',
  404: VERSION_HELP,
  410: VERSION_HELP,
  INVALID_FIELD:
    'the run-as user of the app does not see a field (field-level security), or one of SALESFORCE_OBJECTS has no SALESFORCE_ID_FIELD or SALESFORCE_AVATAR_FIELD',
  INVALID_TYPE: 'the run-as user of the app does not see one of SALESFORCE_OBJECTS',
  REQUEST_LIMIT_EXCEEDED: 'the API requests of the last 24 hours are used up',
  API_DISABLED_FOR_ORG:
    'this edition of Salesforce has no API, or the run-as user of the app lacks the permission API Enabled',
  // The login has worked: https://help.salesforce.com/s/articleView?id=005226515
  INVALID_SESSION_ID: 'has the app the scope api, and may its run-as user log in from any IP address?',
  API_CURRENTLY_DISABLED: 'the run-as user of the app lacks the permission API Enabled',
};

/** The session of this warm instance, and the credentials that it was given for. */
let cached: { id: string; session: Promise<Session> } | undefined;

/** @throws Error if Salesforce gives no session, or does not answer the search */
export const findCustomer: CrmSource['findCustomer'] = async (address, lookUp) => {
  const { SALESFORCE_API_VERSION = '', SALESFORCE_OBJECTS = '' } = lookUp.settings;
  const names = [...new Set(SALESFORCE_OBJECTS.split(',').map((name) => name.trim()))];
  const requests = requestsFor(address, names, lookUp);
  const version = Number.parseInt(SALESFORCE_API_VERSION.replace('v', ''), 10);

  const request = ([resource, q]: [string, string], session: Session, expected: number[]) => {
    const url = new URL(`/services/data/v${version}.0/${resource}`, session.instanceUrl);
    url.searchParams.set('q', q);
    return lookUp.ask({
      crm: 'Salesforce',
      url,
      headers: { Authorization: `Bearer ${session.accessToken}` },
      expected,
      errorCode: (json) => Object(json)[0]?.errorCode,
      reasons: REASONS,
    });
  };
  const recordsFor = async (asked: [string, string]) => {
    const session = loggedIn(lookUp);
    let answer = await request(asked, await session, [401]);
    if (answer.status === 401) answer = await request(asked, await loggedIn(lookUp, await session), []);
    return answer.list(asked[0] === 'search' ? 'searchRecords' : 'records');
  };
  const records = (await Promise.all(requests.map(recordsFor))).flat();
  const customers = records.map((record) => customerOf(record, names, lookUp));
  const isCut = names.some((_name, rank) => customers.filter((one) => one.rank === rank).length === LIMIT);
  if (isCut) throw new Error(`Salesforce has ${LIMIT} records or more with such an address`);
  return customers;
};

/** A SOSL search for a number, or a SOQL query of each object for an e-mail address. */
function requestsFor(
  { channel, key, value }: Address,
  names: string[],
  { settings, phoneNumbers }: LookUp,
): [resource: string, q: string][] {
  // Salesforce refuses a field that is asked for twice, and takes names in any case.
  const fieldsOf = ({ field, mobile, phones }: CrmObject) => {
    const fields = ['Name', mobile, ...phones, ...ownFields(settings).map(field)];
    return [...new Map(fields.map((name) => [name.toLowerCase(), name])).values()].join(', ');
  };
  const objects = names.flatMap((name) => OBJECTS[name] ?? []);
  if (channel === 'email') {
    return objects.map((object) => {
      const conditions = [`${object.email} = ${quoted(value)}`, object.where].filter(Boolean).join(' AND ');
      return ['query', `SELECT ${fieldsOf(object)} FROM ${object.from} WHERE ${conditions} LIMIT ${LIMIT}`];
    });
  }
  if (!key.startsWith('+')) return [];
  // What comes after the digits may be an extension.
  const terms = phoneNumbers.digitForms(key).flatMap((digits) => [digits, `${digits}*`]);
  const returning = objects.map((object) => {
    const where = object.where ? ` WHERE ${object.where}` : '';
    return `${object.from}(${fieldsOf(object)}${where} LIMIT ${LIMIT})`;
  });
  return [['search', `FIND {${terms.join(' OR ')}} IN PHONE FIELDS RETURNING ${returning.join(', ')}`]];
}

function ownFields({ SALESFORCE_ID_FIELD = 'Id', SALESFORCE_AVATAR_FIELD }: LookUp['settings']): string[] {
  return [SALESFORCE_ID_FIELD, ...(SALESFORCE_AVATAR_FIELD ? [SALESFORCE_AVATAR_FIELD] : [])];
}

function customerOf(record: Record<string, unknown>, names: string[], { settings }: LookUp): Customer {
  const type = Object(record.attributes).type;
  const rank = names.findIndex((name) => OBJECTS[name]?.from === type);
  const object = OBJECTS[names[rank] ?? ''];
  if (!object) throw new Error('Salesforce did not answer with the objects that were asked for');
  const [customer_id, avatar] = ownFields(settings).map((name) => fieldOf(record, object.field(name)));
  return {
    customer_id,
    display_name: record.Name,
    // A path, such as that of PhotoUrl, is one within Salesforce, behind its login.
    avatar: typeof avatar === 'string' && avatar.startsWith('/') ? `salesforce:${avatar}` : avatar,
    rank,
    phone_numbers: object.phones.map((name) => record[name]),
    mobile_numbers: [record[object.mobile]],
  };
}

/** A field of a record, which has the API name of the field, however it was asked for. */
function fieldOf(record: Record<string, unknown>, field: string): unknown {
  const name = Object.keys(record).find((key) => key.toLowerCase() === field.toLowerCase());
  return name && record[name];
}

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm */
function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `'${text.replace(/[\\']/g, '\\$&').replace(/[\n\r\t]/g, (character) => escapes[character] ?? '')}'`;
}

/** The session of this instance; a new one if there is none, or if it is the one that was refused. */
async function loggedIn(lookUp: LookUp, refused?: Session): Promise<Session> {
  const { SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID = '', SALESFORCE_CLIENT_SECRET = '' } = lookUp.settings;
  const url = new URL('/services/oauth2/token', SALESFORCE_LOGIN_URL);
  const credentials = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: SALESFORCE_CLIENT_ID,
    client_secret: SALESFORCE_CLIENT_SECRET,
  }).toString();
  const id = `${url} ${credentials}`;
  const current = cached?.id === id ? cached : undefined;
  // A log-in that another event began ends with that event: then this one logs in itself.
  const session = await current?.session.catch(() => undefined);
  if (session && session !== refused) return session;
  if (cached === current || cached?.id !== id) cached = { id, session: logIn(url, credentials, lookUp) };
  return cached.session;
}

/** https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm */
async function logIn(url: URL, credentials: string, { ask }: LookUp): Promise<Session> {
  const answer = await ask({
    crm: 'Salesforce',
    url,
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: credentials,
    errorCode: (json) => Object(json).error,
    reasons: {
      400: `${CREDENTIALS_HELP} And ${LOGIN_URL_HELP}`,
      401: CREDENTIALS_HELP,
      404: LOGIN_URL_HELP,
      invalid_client: 'SALESFORCE_CLIENT_SECRET is not that of the app',
      invalid_client_id: 'SALESFORCE_CLIENT_ID is not that of an app, or the app is newer than ten minutes',
      // login.salesforce.com answers the same: https://github.com/pozil/pub-sub-api-node-client/issues/58
      invalid_grant: `the app has no run-as user, that user may not use the API, or ${LOGIN_URL_HELP}`,
    },
  });
  const { access_token: accessToken, instance_url: instanceUrl } = Object(answer.json);
  const isSecure = typeof instanceUrl === 'string' && /^https:\/\/[\w.-]+\/?$/.test(instanceUrl);
  if (typeof accessToken === 'string' && isSecure) return { accessToken, instanceUrl };
  throw new Error('Salesforce did not answer with a session');
}
