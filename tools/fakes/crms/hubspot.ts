import Ajv from 'ajv';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type Contact, type FakeCrm, NOT_FOUND } from '../fake-crm';
import schema from './hubspot-search-request.json';

interface Filter {
  propertyName: string;
  operator: string;
  value?: string;
  values?: string[];
}
interface Search {
  filterGroups: { filters: Filter[] }[];
  properties: string[];
  limit: number;
}

const isSearch = new Ajv({ strict: false, validateFormats: false }).compile<Search>(schema);
const TOKEN = 'pat-eu1-hubspot-token';

/** HubSpot reads numbers without a country code in the account's country. */
const ACCOUNT_COUNTRY = 'US';

/** HubSpot's search of contacts, with its limits: https://developers.hubspot.com/docs/api-reference/search/guide */
export const fake: FakeCrm = {
  crm: 'HubSpot',
  hosts: ['api.hubapi.com'],
  settings: { HUBSPOT_ACCESS_TOKEN: TOKEN },
  credentials: 'HUBSPOT_ACCESS_TOKEN',
  hasTypedNumbers: true,
  answer({ method, path, headers, body }, contacts) {
    if (method !== 'POST' || path !== '/crm/objects/2026-09/contacts/search') return NOT_FOUND;
    if (headers.authorization !== `Bearer ${TOKEN}`)
      return { status: 401, body: { status: 'error', category: 'INVALID_AUTHENTICATION' } };
    const search: unknown = JSON.parse(body);
    const invalid = { status: 400, body: { status: 'error', category: 'VALIDATION_ERROR' } };
    if (!isSearch(search) || body.length > 3000) return invalid;
    const filters = search.filterGroups.map((group) => group.filters);
    if (filters.length > 5 || filters.some(({ length }) => length > 6) || filters.flat().length > 18)
      return invalid;
    const found = contacts.filter((contact) => {
      const properties = propertiesOf(contact);
      return search.filterGroups.some((group) =>
        group.filters.every((filter) => matches(filter, properties)),
      );
    });
    const results = found.slice(0, search.limit).map((contact) => {
      const properties = propertiesOf(contact);
      const asked = search.properties.map((name) => [name, properties[name] ?? null]);
      return { id: contact.id, properties: Object.fromEntries(asked), archived: false };
    });
    return { status: 200, body: { total: found.length, results } };
  },
};

/** The values of IN have to be in lower case. */
function matches({ propertyName, operator, value, values = [] }: Filter, properties: NodeJS.Dict<string>) {
  const property = properties[propertyName]?.toLowerCase();
  if (property === undefined) return false;
  if (operator === 'EQ') return property === value?.toLowerCase();
  return operator === 'IN' && values.includes(property);
}

function propertiesOf(contact: Contact): NodeJS.Dict<string> {
  const phone = contact.phone === undefined ? undefined : String(contact.phone);
  return {
    firstname: contact.firstName,
    lastname: contact.lastName,
    company: contact.company,
    email: contact.email,
    phone,
    mobilephone: contact.mobile,
    hs_whatsapp_phone_number: contact.whatsapp,
    photo_url: contact.avatar,
    customer_number: contact.number,
    hs_calculated_phone_number: calculated(phone),
    hs_calculated_mobile_number: calculated(contact.mobile),
    hs_searchable_calculated_phone_number: searchable(phone),
    hs_searchable_calculated_mobile_number: searchable(contact.mobile),
  };
}

/**
 * The number in E.164 if it is valid, and nothing if it is not. Captured: 7087038093 is +17087038093
 * (https://github.com/amp-labs/connectors, test/hubspot), +33655555555 is itself
 * (https://github.com/di2pra/twilio-frontline-callback).
 */
function calculated(written = ''): string | undefined {
  const number = parsePhoneNumberFromString(written, ACCOUNT_COUNTRY);
  return number?.isValid() ? number.number : undefined;
}

/**
 * The digits without the country code, also of what is no valid number. Captured in the same places: 7087038093 is itself,
 * +33655555555 is 655555555. How HubSpot reads what is not valid in the account's country is not confirmed: here, as
 * digits without the zeros before them.
 */
function searchable(written = ''): string | undefined {
  const number = parsePhoneNumberFromString(written, ACCOUNT_COUNTRY);
  const digits = number?.isValid() ? number.nationalNumber : written.replace(/\D/g, '');
  return digits.replace(/^0+/, '') || undefined;
}
