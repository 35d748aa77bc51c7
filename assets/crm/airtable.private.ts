/**
 * The records of an Airtable table, by phone number or e-mail address.
 * https://airtable.com/developers/web/api/list-records
 */
import type { EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';
import type { Address, CrmSource } from '../crm.private';

type CrmRequest = typeof import('../crm-request.private');
type PhoneNumbers = typeof import('../phone-numbers.private');

/** @throws Error where Airtable does not answer */
export const findCustomer: CrmSource['findCustomer'] = async (address, context, signal, timeLeftMs) => {
  const { askCrm, isObject, objectsIn, requiredSetting }: CrmRequest = require(
    Runtime.getAssets()['/crm-request.js']?.path ?? '/crm-request.js',
  );
  const token = requiredSetting(context, 'AIRTABLE_ACCESS_TOKEN');
  const table = ['AIRTABLE_BASE_ID', 'AIRTABLE_TABLE'].map((name) => requiredSetting(context, name));
  const filterByFormula = formulaFor(address, context);
  if (!filterByFormula) return undefined;

  const url = new URL(`https://api.airtable.com/v0/${table.map(encodeURIComponent).join('/')}`);
  url.search = new URLSearchParams({ filterByFormula, maxRecords: '2' }).toString();
  const { json } = await askCrm(
    {
      crm: 'Airtable',
      url,
      headers: { Authorization: `Bearer ${token}` },
      reasons: {
        401: 'is AIRTABLE_ACCESS_TOKEN a personal access token with data.records:read?',
        403: 'has AIRTABLE_ACCESS_TOKEN the scope data.records:read, and access to AIRTABLE_BASE_ID?',
        404: 'are AIRTABLE_BASE_ID and AIRTABLE_TABLE right?',
        422: 'are AIRTABLE_PHONE_FIELD and AIRTABLE_EMAIL_FIELD fields of the table?',
      },
    },
    signal,
    timeLeftMs,
  );
  return objectsIn(json, 'records', 'Airtable').map(({ id, fields }) => {
    const values = isObject(fields) ? fields : {};
    const avatar = values[fieldOf(context, 'AVATAR')];
    return {
      customer_id: id as string,
      display_name: values[fieldOf(context, 'NAME')] as string,
      avatar: (Array.isArray(avatar) ? avatar[0]?.url : avatar) as string,
    };
  });
};

/** The name of a field, which `AIRTABLE_NAME_FIELD` and the like may change. */
function fieldOf(context: EnvironmentVariables, what: 'NAME' | 'PHONE' | 'EMAIL' | 'AVATAR'): string {
  const standard = { NAME: 'Name', PHONE: 'Phone', EMAIL: 'Email', AVATAR: 'Avatar' };
  return context[`AIRTABLE_${what}_FIELD`]?.trim() || standard[what];
}

/** https://support.airtable.com/docs/formula-field-reference */
function formulaFor({ channel, key, value }: Address, context: EnvironmentVariables): string | undefined {
  if (channel === 'email') {
    return `LOWER(TRIM(${textOf(fieldOf(context, 'EMAIL'))})) = ${quoted(value.toLowerCase())}`;
  }
  if (!key.startsWith('+')) return undefined;
  const { writtenForms }: PhoneNumbers = require(
    Runtime.getAssets()['/phone-numbers.js']?.path ?? '/phone-numbers.js',
  );
  const phone = textOf(fieldOf(context, 'PHONE'));
  const forms = writtenForms(key, context.CRM_DEFAULT_COUNTRY);
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

/** A field's value as text, also where it is empty or a number. */
function textOf(field: string): string {
  return `({${field.replace(/[\\{}]/g, '\\$&')}} & "")`;
}

function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\n\r\t]/g, (character) => escapes[character] ?? '')}"`;
}
