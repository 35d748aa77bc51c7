/**
 * The records of an Airtable table, by phone number or e-mail address.
 * https://airtable.com/developers/web/api/list-records
 */
import type { Address } from '../address.private';
import type { CrmSource, Customer } from '../crm.private';

export const settings = {
  AIRTABLE_ACCESS_TOKEN: {
    is: 'a personal access token with the scope data.records:read',
    example: 'pat00000000000000.0000000000',
    // As an HTTP header takes it.
    format: /^[ -~]+$/,
    required: true,
  },
  AIRTABLE_BASE_ID: {
    is: 'the ID of the base, from its URL',
    example: 'appAb1Cd2Ef3Gh4Ij',
    required: true,
    format: /^app\w+$/,
  },
  AIRTABLE_TABLE: { is: 'the table', example: 'Customers', required: true },
  AIRTABLE_ID_FIELD: {
    is: 'the field that customer_id is taken from, if not the record ID',
    example: 'Customer number',
  },
  AIRTABLE_NAME_FIELD: { is: 'the field with the name', example: 'Name', default: 'Name' },
  AIRTABLE_PHONE_FIELD: { is: 'the field with the phone number', example: 'Phone', default: 'Phone' },
  AIRTABLE_EMAIL_FIELD: { is: 'the field with the e-mail address', example: 'Email', default: 'Email' },
  AIRTABLE_AVATAR_FIELD: { is: 'the field with the picture', example: 'Avatar', default: 'Avatar' },
} satisfies CrmSource['settings'];

/** Of the five requests a second that a base answers: https://airtable.com/developers/web/api/rate-limits */
export const perSecond = 4;
/** After 429, Airtable refuses everything for that long: https://airtable.com/developers/web/api/rate-limits */
const REFUSAL_MS = 30_000;
/** As many as Airtable answers at once; many more than have the same last digits. */
const LIMIT = 100;
/** By how many digits at the end a number is found: they are the same in all its forms. */
const TAIL_DIGITS = 8;
const COUNTRY_CODE_MAX_DIGITS = 3;

const FIELDS_HELP = 'are AIRTABLE_PHONE_FIELD and AIRTABLE_EMAIL_FIELD fields of the table?';
const ACCESS_HELP = 'has AIRTABLE_ACCESS_TOKEN the scope data.records:read, and access to AIRTABLE_BASE_ID?';
/** https://airtable.com/developers/web/api/errors */
const REASONS: Record<string, string> = {
  401: 'is AIRTABLE_ACCESS_TOKEN a personal access token with data.records:read?',
  403: `${ACCESS_HELP} Is there a table AIRTABLE_TABLE?`,
  404: 'are AIRTABLE_BASE_ID and AIRTABLE_TABLE right?',
  422: FIELDS_HELP,
  429: 'a base answers five requests a second, and then none for 30 s',
  PUBLIC_API_BILLING_LIMIT_EXCEEDED:
    'the API calls of this month are used up: the plan decides how many there are',
};

/** @throws Error if Airtable does not answer */
export const findCustomer: CrmSource['findCustomer'] = async (address, { settings, ask }) => {
  const { AIRTABLE_ACCESS_TOKEN, AIRTABLE_BASE_ID = '', AIRTABLE_TABLE = '', AIRTABLE_ID_FIELD } = settings;
  const { AIRTABLE_NAME_FIELD = '', AIRTABLE_PHONE_FIELD = '', AIRTABLE_AVATAR_FIELD = '' } = settings;
  const filterByFormula = formulaFor(address, settings);
  if (!filterByFormula) return undefined;

  const path = [AIRTABLE_BASE_ID, AIRTABLE_TABLE].map(encodeURIComponent).join('/');
  const url = new URL(`https://api.airtable.com/v0/${path}`);
  url.search = new URLSearchParams({ filterByFormula, maxRecords: String(LIMIT) }).toString();
  const answer = await ask({
    crm: 'Airtable',
    url,
    headers: { Authorization: `Bearer ${AIRTABLE_ACCESS_TOKEN}` },
    errorCode: (json) => {
      const { error, errors } = Object(json);
      return error?.type ?? errors?.[0]?.error ?? error;
    },
    reasons: REASONS,
    refusalMs: REFUSAL_MS,
  });
  const records = answer.list('records');
  if (records.length === LIMIT) throw new Error(`Airtable has ${LIMIT} records or more with such an address`);
  return records.flatMap(({ id, fields }): Customer[] => {
    const values = Object(fields) as Record<string, unknown>;
    const [avatar] = [values[AIRTABLE_AVATAR_FIELD]].flat();
    // A look-up field may have those of several customers.
    const ids = AIRTABLE_ID_FIELD ? valuesOf(values[AIRTABLE_ID_FIELD]).filter((one) => one !== '') : [id];
    return (ids.length > 0 ? ids : [undefined]).map((customer_id) => ({
      customer_id,
      display_name: valuesOf(values[AIRTABLE_NAME_FIELD]).join(', '),
      avatar: Object(avatar).url ?? avatar,
      phone_numbers: valuesOf(values[AIRTABLE_PHONE_FIELD]),
    }));
  });
};

/** What is written in a field: text or a number, or, if it is a look-up or some formulas, a list of them. */
function valuesOf(field: unknown): (string | number)[] {
  return [field].flat().filter((value) => typeof value === 'string' || typeof value === 'number');
}

/** https://support.airtable.com/docs/formula-field-reference */
function formulaFor(
  { channel, key, value }: Address,
  { AIRTABLE_PHONE_FIELD = '', AIRTABLE_EMAIL_FIELD = '' }: Record<string, string | undefined>,
): string | undefined {
  if (channel === 'email') {
    return `LOWER(TRIM(${textOf(AIRTABLE_EMAIL_FIELD)})) = ${quoted(value.toLowerCase())}`;
  }
  if (!key.startsWith('+')) return undefined;
  // `+` is one of the characters.
  const national = key.length - 1 - COUNTRY_CODE_MAX_DIGITS;
  const tail = key.slice(-Math.max(1, Math.min(TAIL_DIGITS, national)));
  return `FIND(${quoted(tail)}, REGEX_REPLACE(${textOf(AIRTABLE_PHONE_FIELD)}, "[^0-9]", ""))`;
}

/** A field's value as text, also if it is empty or a number. */
function textOf(field: string): string {
  return `({${field.replace(/[\\{}]/g, '\\$&')}} & "")`;
}

function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\n\r\t]/g, (character) => escapes[character] ?? '')}"`;
}
