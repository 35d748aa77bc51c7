import { isQueryValid, parseQuery, type WhereClause } from '@jetstreamapp/soql-parser-js';
import { type Contact, type FakeCrm, NOT_FOUND } from '../fake-crm';

const CLIENT = { client_id: '3MVG9.client', client_secret: 'salesforce-secret' };
const LOGIN_HOST = 'acme.my.salesforce.com';
const INSTANCE_HOST = 'acme--eu.my.salesforce.com';

/** The sessions that are valid, and how many there have been. */
export const sessions = { valid: new Set<string>(), given: 0 };

/** Salesforce's OAuth 2.0 client credentials flow, and its queries of contacts. */
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
  answer({ host, method, path, headers, body }, contacts) {
    const { pathname, searchParams } = new URL(path, `https://${host}`);
    if (host === LOGIN_HOST && method === 'POST' && pathname === '/services/oauth2/token') return logIn(body);
    if (host !== INSTANCE_HOST || !/^\/services\/data\/v\d\d\.0\/query$/.test(pathname)) return NOT_FOUND;
    if (!sessions.valid.has(headers.authorization ?? '')) {
      return {
        status: 401,
        body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
      };
    }
    const soql = searchParams.get('q') ?? '';
    if (!isQueryValid(soql)) return { status: 400, body: [{ errorCode: 'MALFORMED_QUERY' }] };
    const { fields = [], sObject, where, limit = 2000 } = parseQuery(soql);
    if (sObject !== 'Contact' || !where) return { status: 400, body: [{ errorCode: 'INVALID_TYPE' }] };
    const found = contacts.map(fieldsOf).filter((contact) => matches(where, contact));
    const names = fields.map((field) => ('field' in field ? field.field : ''));
    const records = found
      .slice(0, limit)
      .map((contact) => Object.fromEntries(names.map((name) => [name, contact[name] ?? null])));
    return { status: 200, body: { totalSize: records.length, done: true, records } };
  },
};

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
function matches(where: WhereClause, contact: NodeJS.Dict<string>): boolean {
  if (!where.left || !('field' in where.left) || !('value' in where.left)) throw new Error('not known here');
  const { field, operator, value } = where.left;
  if (operator !== '=' && operator !== 'IN') throw new Error(`not known here: ${operator}`);
  const values = [value].flat().map((literal) => unquoted(String(literal)).toLowerCase());
  const isMatch = values.includes(contact[field]?.toLowerCase() ?? '\0');
  if (!('right' in where) || !where.right) return isMatch;
  if (where.operator !== 'OR') throw new Error(`not known here: ${where.operator}`);
  return isMatch || matches(where.right as WhereClause, contact);
}

function unquoted(literal: string): string {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return literal.slice(1, -1).replace(/\\(.)/g, (_all, character) => escapes[character] ?? character);
}

function fieldsOf({ id, firstName, lastName, phone, mobile, email, avatar }: Contact): NodeJS.Dict<string> {
  const Name = [firstName, lastName].filter(Boolean).join(' ');
  return { Id: id, Name, Phone: phone, MobilePhone: mobile, Email: email, Photo__c: avatar };
}
