import { type Contact, type FakeCrm, NOT_FOUND } from '../fake-crm';

const TOKEN = 'pat.airtable-token';
const TABLE = { AIRTABLE_BASE_ID: 'appFrontline', AIRTABLE_TABLE: 'Our customers' };
const URL_MAX_LENGTH = 16_000;

/** Airtable's list of records: https://airtable.com/developers/web/api/list-records */
export const fake: FakeCrm = {
  crm: 'Airtable',
  hosts: ['api.airtable.com'],
  settings: { AIRTABLE_ACCESS_TOKEN: TOKEN, ...TABLE },
  credentials: 'AIRTABLE_ACCESS_TOKEN',
  hasTypedNumbers: true,
  answer({ host, method, path, headers }, contacts) {
    const { pathname, searchParams } = new URL(path, `https://${host}`);
    if (headers.authorization !== `Bearer ${TOKEN}`) return errorOf(401, 'AUTHENTICATION_REQUIRED');
    if (method !== 'GET' || pathname !== '/v0/appFrontline/Our%20customers') return NOT_FOUND;
    if (path.length > URL_MAX_LENGTH) return { status: 414 };
    const formula = searchParams.get('filterByFormula') ?? '';
    try {
      // Also of a table without records, the formula is checked.
      evaluate(formula, recordOf({ id: '' }).fields);
      const records = contacts.map(recordOf).filter(({ fields }) => evaluate(formula, fields));
      return { status: 200, body: { records: records.slice(0, Number(searchParams.get('maxRecords'))) } };
    } catch (error) {
      return errorOf(422, 'INVALID_FILTER_BY_FORMULA', (error as Error).message);
    }
  },
};

/** https://airtable.com/developers/web/api/errors */
function errorOf(status: number, type: string, message = '') {
  return { status, body: { error: { type, message } } };
}

function recordOf({ id, firstName, lastName, phone, email, avatar, number }: Contact) {
  const Name = [firstName, lastName].filter(Boolean).join(' ');
  const photo = avatar && [{ id: 'att1', url: avatar, type: 'image/png' }];
  const own = number?.split(',').map((one) => (one ? Number(one) : null));
  const numbers = {
    'Customer number': own && own.length > 1 ? own : own?.[0],
    Names: [Name],
    Mobile: undefined,
  };
  return {
    id,
    fields: {
      Name,
      Phone: phone,
      'E-mail {work}': email,
      Email: email,
      Avatar: avatar,
      Photo: photo,
      ...numbers,
    },
  };
}

type Value = string | number | boolean | string[];

/** Those that take text refuse numbers: https://support.airtable.com/docs/regular-expression-functions-in-airtable */
function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw new Error('Invalid arguments: text is needed');
  return value;
}

const FUNCTIONS: Record<string, (...values: Value[]) => Value> = {
  FIND: (wanted, within) => text(within).indexOf(text(wanted)) + 1,
  LOWER: (value) => text(value).toLowerCase(),
  TRIM: (value) => text(value).trim(),
  REGEX_REPLACE: (value, pattern, by) => text(value).replace(new RegExp(text(pattern), 'g'), text(by)),
};

/** Evaluates a formula: https://support.airtable.com/docs/formula-field-reference */
function evaluate(formula: string, fields: Record<string, unknown>): Value {
  const tokens = formula.match(/"(?:\\.|[^"\\])*"|\{(?:\\.|[^}\\])*\}|\w+|[(),&=]|\S/gs) ?? [];
  const next = () => tokens.shift() ?? '';
  const take = (token: string) => {
    const found = next();
    if (found !== token) throw new Error(`${formula}: ${found} is not ${token}`);
  };
  const comparison = (): Value => {
    const left = concatenation();
    if (tokens[0] !== '=') return left;
    next();
    return left === concatenation();
  };
  const concatenation = (): Value => {
    let value = operand();
    while (tokens[0] === '&') {
      next();
      value = [value, operand()].map((part) => [part].flat().join(', ')).join('');
    }
    return value;
  };
  const operand = (): Value => {
    const token = next();
    if (token.startsWith('"')) return unescaped(token);
    if (token.startsWith('{')) {
      const name = unescaped(token);
      if (!(name in fields)) throw new Error(`Unknown field names: ${name.toLowerCase()}`);
      return (fields[name] ?? '') as Value;
    }
    if (token === '(') {
      const value = comparison();
      take(')');
      return value;
    }
    const apply = FUNCTIONS[token];
    if (!apply) throw new Error(`${formula}: ${token} is not known here`);
    take('(');
    const values: Value[] = [];
    while (tokens[0] !== ')') {
      values.push(comparison());
      if (tokens[0] !== ')') take(',');
    }
    take(')');
    return apply(...values);
  };
  const value = comparison();
  if (tokens.length > 0) throw new Error(`${formula}: too much at ${tokens[0]}`);
  return value;
}

function unescaped(token: string): string {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return token.slice(1, -1).replace(/\\(.)/gs, (_all, character) => escapes[character] ?? character);
}
