/**
 * The records of an Airtable table, by phone number or e-mail address.
 * https://airtable.com/developers/web/api/list-records
 */
import type { Address } from '../address.private';
import type { CrmSource, Customer, LookUp } from '../crm.private';

export const settings = {
  AIRTABLE_ACCESS_TOKEN: {
    is: 'a personal access token with the scope data.records:read',
    example: 'pat00000000000000.0000000000',
    required: true,
  },
  AIRTABLE_BASE_ID: { is: 'the base', example: 'app00000000000000', required: true },
  AIRTABLE_TABLE: { is: 'the table', example: 'Customers', required: true },
  AIRTABLE_NAME_FIELD: { is: 'the field with the name', example: 'Name', default: 'Name' },
  AIRTABLE_PHONE_FIELD: { is: 'the field with the phone number', example: 'Phone', default: 'Phone' },
  AIRTABLE_EMAIL_FIELD: { is: 'the field with the e-mail address', example: 'Email', default: 'Email' },
  AIRTABLE_AVATAR_FIELD: { is: 'the field with the picture', example: 'Avatar', default: 'Avatar' },
} satisfies CrmSource['settings'];

/** @throws Error if Airtable does not answer */
export const findCustomer: CrmSource['findCustomer'] = async (address, lookUp) => {
  const { AIRTABLE_ACCESS_TOKEN, AIRTABLE_BASE_ID = '', AIRTABLE_TABLE = '' } = lookUp.settings;
  const { AIRTABLE_NAME_FIELD = '', AIRTABLE_AVATAR_FIELD = '' } = lookUp.settings;
  const filterByFormula = formulaFor(address, lookUp);
  if (!filterByFormula) return undefined;

  const path = [AIRTABLE_BASE_ID, AIRTABLE_TABLE].map(encodeURIComponent).join('/');
  const url = new URL(`https://api.airtable.com/v0/${path}`);
  url.search = new URLSearchParams({ filterByFormula, maxRecords: '2' }).toString();
  const answer = await lookUp.ask({
    crm: 'Airtable',
    url,
    headers: { Authorization: `Bearer ${AIRTABLE_ACCESS_TOKEN}` },
    reasons: {
      401: 'is AIRTABLE_ACCESS_TOKEN a personal access token with data.records:read?',
      403: 'has AIRTABLE_ACCESS_TOKEN the scope data.records:read, and access to AIRTABLE_BASE_ID?',
      404: 'are AIRTABLE_BASE_ID and AIRTABLE_TABLE right?',
      422: 'are AIRTABLE_PHONE_FIELD and AIRTABLE_EMAIL_FIELD fields of the table?',
    },
  });
  return answer.list('records').map(({ id, fields }): Customer => {
    const values = Object(fields) as Record<string, unknown>;
    const avatar = values[AIRTABLE_AVATAR_FIELD];
    return {
      customer_id: id,
      display_name: values[AIRTABLE_NAME_FIELD],
      avatar: Array.isArray(avatar) ? avatar[0]?.url : avatar,
    };
  });
};

/** https://support.airtable.com/docs/formula-field-reference */
function formulaFor({ channel, key, value }: Address, lookUp: LookUp): string | undefined {
  const { AIRTABLE_PHONE_FIELD = '', AIRTABLE_EMAIL_FIELD = '' } = lookUp.settings;
  if (channel === 'email') {
    return `LOWER(TRIM(${textOf(AIRTABLE_EMAIL_FIELD)})) = ${quoted(value.toLowerCase())}`;
  }
  if (!key.startsWith('+')) return undefined;
  const phone = textOf(AIRTABLE_PHONE_FIELD);
  const forms = lookUp.phoneNumbers.writtenForms(key, lookUp.context.CRM_DEFAULT_COUNTRY);
  const isAnyOf = (written: string[]) => {
    const digits = new Set(written.map((form) => form.replace(/\D/g, '')));
    const same = [...digits].map((some) => `REGEX_REPLACE(${phone}, "[^0-9]", "") = ${quoted(some)}`);
    return `OR(${same.join(', ') || 'FALSE()'})`;
  };
  // Without a plus, the same digits may be the number of another country.
  const hasPlus = (form: string) => form.includes('+');
  const without = isAnyOf(forms.filter((form) => !hasPlus(form)));
  return `IF(FIND("+", ${phone}), ${isAnyOf(forms.filter(hasPlus))}, ${without})`;
}

/** A field's value as text, also if it is empty or a number. */
function textOf(field: string): string {
  return `({${field.replace(/[\\{}]/g, '\\$&')}} & "")`;
}

function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\n\r\t]/g, (character) => escapes[character] ?? '')}"`;
}
