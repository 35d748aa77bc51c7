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
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 };
    if (method !== 'GET' || pathname !== '/v0/appFrontline/Our%20customers') return NOT_FOUND;
    if (path.length > URL_MAX_LENGTH) return { status: 414 };
    const formula = searchParams.get('filterByFormula') ?? '';
    const records = contacts
      .map(recordOf)
      .filter(({ fields }) => evaluate(formula, fields))
      .slice(0, Number(searchParams.get('maxRecords')));
    return { status: 200, body: { records } };
  },
};

function recordOf({ id, firstName, lastName, phone, email, avatar }: Contact) {
  const Name = [firstName, lastName].filter(Boolean).join(' ');
  const photo = avatar && [{ id: 'att1', url: avatar, type: 'image/png' }];
  return {
    id,
    fields: { Name, Phone: phone, 'E-mail {work}': email, Email: email, Avatar: avatar, Photo: photo },
  };
}

type Value = string | number | boolean;

const FUNCTIONS: Record<string, (...values: Value[]) => Value> = {
  OR: (...values) => values.some(Boolean),
  IF: (condition = '', then = '', otherwise = '') => (condition ? then : otherwise),
  FALSE: () => false,
  FIND: (wanted, within) => String(within).indexOf(String(wanted)) + 1,
  LOWER: (text) => String(text).toLowerCase(),
  TRIM: (text) => String(text).trim(),
  REGEX_REPLACE: (text, pattern, by) => String(text).replace(new RegExp(String(pattern), 'g'), String(by)),
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
      value = `${value}${operand()}`;
    }
    return value;
  };
  const operand = (): Value => {
    const token = next();
    if (token.startsWith('"')) return unescaped(token);
    if (token.startsWith('{')) return String(fields[unescaped(token)] ?? '');
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
