import type { WhereClause } from '@jetstreamapp/soql-parser-js';
import { type Contact, type FakeCrm, NOT_FOUND } from '../fake-crm';

const CLIENT = { client_id: '3MVG9.client', client_secret: 'salesforce-secret' };
const LOGIN_HOST = 'acme.my.salesforce.com';
const INSTANCE_HOST = 'acme--eu.my.salesforce.com';

/** Reads SOQL. It takes half a second to load, and all fakes are loaded together: only if it is asked. */
let parser: Promise<typeof import('@jetstreamapp/soql-parser-js')> | undefined;

/** The sessions that are valid, and how many there have been. */
export const sessions = { valid: new Set<string>(), given: 0 };

/** The oldest version that is not retired, and the newest: https://help.salesforce.com/s/articleView?id=000381744 */
const VERSIONS = { oldest: 31, newest: 67 };

/** The objects, where each has what a contact has. */
const OBJECTS = {
  Contact: {
    Id: 'id',
    Name: 'name',
    Phone: 'phone',
    MobilePhone: 'mobile',
    HomePhone: 'home',
    OtherPhone: undefined,
    Email: 'email',
    Photo__c: 'avatar',
    PhotoUrl: 'avatar',
    Customer_Number__c: 'number',
  },
  Lead: {
    Id: 'id',
    Name: 'name',
    Phone: 'phone',
    MobilePhone: 'mobile',
    Email: 'email',
    Photo__c: 'avatar',
    PhotoUrl: 'avatar',
    Customer_Number__c: 'number',
    IsConverted: 'isConverted',
  },
  Account: {
    Id: undefined,
    PersonContactId: 'id',
    Name: 'name',
    Phone: 'phone',
    PersonMobilePhone: 'mobile',
    PersonHomePhone: 'home',
    PersonOtherPhone: undefined,
    PersonEmail: 'email',
    Photo__pc: 'avatar',
    Customer_Number__pc: 'number',
    IsPersonAccount: 'isPerson',
  },
} as const;
type ObjectName = keyof typeof OBJECTS;
type Fields = NodeJS.Dict<string | boolean>;

/** Salesforce's OAuth 2.0 client credentials flow, its queries (SOQL), and its search of phone numbers (SOSL). */
export const fake: FakeCrm = {
  crm: 'Salesforce',
  hosts: [LOGIN_HOST, INSTANCE_HOST],
  settings: {
    SALESFORCE_LOGIN_URL: `https://${LOGIN_HOST}`,
    SALESFORCE_CLIENT_ID: CLIENT.client_id,
    SALESFORCE_CLIENT_SECRET: CLIENT.client_secret,
  },
  credentials: 'SALESFORCE_CLIENT_ID',
  hasTypedNumbers: true,
  async answer({ host, method, path, headers, body }, contacts) {
    const { pathname, searchParams } = new URL(path, `https://${host}`);
    if (host === LOGIN_HOST && method === 'POST' && pathname === '/services/oauth2/token') return logIn(body);
    const [, version, resource] = /^\/services\/data\/v(\d\d)\.0\/(query|search)$/.exec(pathname) ?? [];
    if (host !== INSTANCE_HOST || Number(version ?? Infinity) > VERSIONS.newest) return NOT_FOUND;
    if (Number(version) < VERSIONS.oldest) return { status: 410, body: [{ errorCode: 'GONE' }] };
    if (!sessions.valid.has(headers.authorization ?? '')) {
      return {
        status: 401,
        body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
      };
    }
    const q = searchParams.get('q') ?? '';
    try {
      const body = resource === 'query' ? await query(q, contacts) : search(q, contacts);
      return { status: 200, body };
    } catch (error) {
      return { status: 400, body: [{ errorCode: (error as Error).message }] };
    }
  },
};

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql.htm */
async function query(soql: string, contacts: Contact[]) {
  parser ??= import('@jetstreamapp/soql-parser-js');
  const { isQueryValid, parseQuery } = await parser;
  if (!isQueryValid(soql)) throw new Error('MALFORMED_QUERY');
  const { fields = [], sObject = '', where, limit = 2000 } = parseQuery(soql);
  const names = fields.map((field) => ('field' in field ? field.field : ''));
  const records = select(sObject, names, contacts, (record) => !where || matches(where, record), limit);
  return { totalSize: records.length, done: true, records };
}

/**
 * Only what is known of SOSL with phone numbers: a term of digits finds the fields whose digits are the same, however they
 * are written: {4159017000} finds (415) 901-7000
 * (https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_search.htm). Whether it also finds a
 * number by some of its digits is not confirmed: here it does not, but for those before a `*` at the end of a term
 * (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_find.htm).
 */
function search(sosl: string, contacts: Contact[]) {
  const [, find = '', returning = ''] =
    /^FIND \{([\d*]+(?: OR [\d*]+)*)\} IN PHONE FIELDS RETURNING (.+)$/.exec(sosl) ?? [];
  if (!find) throw new Error('MALFORMED_SEARCH');
  const terms = find.split(' OR ').map((term) => new RegExp(`^${term.replace('*', '.*')}$`));
  const objects = [
    ...returning.matchAll(/(\w+)\(([\w, ]+?)(?: WHERE (\w+) = (true|false))?(?: LIMIT (\d+))?\)/g),
  ];
  const searchRecords = objects.flatMap(([, object = '', fields = '', flag = '', value, limit = 2000]) =>
    select(
      object,
      fields.split(', '),
      contacts,
      (record) => {
        const digits = Object.entries(record).flatMap(([name, written]) =>
          name.endsWith('Phone') ? String(written).replace(/\D/g, '') : [],
        );
        const isFound = terms.some((term) => digits.some((some) => term.test(some)));
        return isFound && (!flag || String(record[flag]) === value);
      },
      Number(limit),
    ),
  );
  return { searchRecords };
}

/** The records of an object that are wanted, with the fields that are asked for. */
function select(
  object: string,
  names: string[],
  contacts: Contact[],
  isWanted: (record: Fields) => boolean,
  limit: number,
) {
  if (!(object in OBJECTS)) throw new Error('INVALID_TYPE');
  const known = OBJECTS[object as ObjectName];
  if (names.some((name) => !(name in known))) throw new Error('INVALID_FIELD');
  return contacts
    .filter((contact) => objectOf(contact) === object)
    .map((contact) => fieldsOf(contact, object as ObjectName))
    .filter(isWanted)
    .slice(0, limit)
    .map((record) => ({
      attributes: { type: object, url: `/services/data/v60.0/sobjects/${object}/1` },
      ...Object.fromEntries(names.map((name) => [name, record[name] ?? null])),
    }));
}

function logIn(body: string) {
  const { grant_type, ...client } = Object.fromEntries(new URLSearchParams(body));
  if (grant_type !== 'client_credentials') return { status: 400, body: { error: 'unsupported_grant_type' } };
  const isKnown = client.client_id === CLIENT.client_id && client.client_secret === CLIENT.client_secret;
  if (!isKnown) return { status: 400, body: { error: 'invalid_client' } };
  const access_token = `00D!salesforce-session-${++sessions.given}`;
  sessions.valid.add(`Bearer ${access_token}`);
  return {
    status: 200,
    body: { access_token, instance_url: `https://${INSTANCE_HOST}`, token_type: 'Bearer' },
  };
}

/** SOQL compares text without regard to case. */
function matches(where: WhereClause, record: Fields): boolean {
  if (!where.left || !('field' in where.left) || !('value' in where.left)) throw new Error('not known here');
  const { field, operator, value } = where.left;
  if (operator !== '=') throw new Error(`not known here: ${operator}`);
  if (!(field in record)) throw new Error('INVALID_FIELD');
  const literal = String(value);
  const wanted = literal.startsWith("'") ? unquoted(literal) : literal;
  const isMatch = String(record[field] ?? '\0').toLowerCase() === wanted.toLowerCase();
  if (!('right' in where) || !where.right) return isMatch;
  if (where.operator !== 'AND') throw new Error(`not known here: ${where.operator}`);
  return isMatch && matches(where.right as WhereClause, record);
}

function unquoted(literal: string): string {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return literal.slice(1, -1).replace(/\\(.)/g, (_all, character) => escapes[character] ?? character);
}

function objectOf({ object }: Contact): ObjectName {
  if (object === 'PersonAccount') return 'Account';
  return object ? 'Lead' : 'Contact';
}

function fieldsOf(contact: Contact, object: ObjectName): Fields {
  const values: Fields = {
    ...contact,
    name: [contact.firstName, contact.lastName].filter(Boolean).join(' '),
    phone: stored(contact.phone),
    mobile: stored(contact.mobile),
    home: stored(contact.home),
    isConverted: contact.object === 'ConvertedLead',
    isPerson: contact.object === 'PersonAccount',
  };
  const fields = Object.entries(OBJECTS[object]);
  return Object.fromEntries(fields.map(([name, from]) => [name, from && values[from]]));
}

/** How a user in the locale en_US leaves a number: https://help.salesforce.com/s/articleView?id=000385963 */
function stored(written: Contact['phone']): string | undefined {
  if (written === undefined) return undefined;
  return String(written).replace(/^1?(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
}
