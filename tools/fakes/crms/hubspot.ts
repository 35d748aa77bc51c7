import Ajv from 'ajv';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
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

/** HubSpot's search of contacts: https://developers.hubspot.com/docs/guides/api/crm/search */
export const fake: FakeCrm = {
  crm: 'HubSpot',
  hosts: ['api.hubapi.com'],
  settings: { HUBSPOT_ACCESS_TOKEN: TOKEN },
  credentials: 'HUBSPOT_ACCESS_TOKEN',
  hasTypedNumbers: true,
  answer({ method, path, headers, body }, contacts) {
    if (method !== 'POST' || path !== '/crm/v3/objects/contacts/search') return NOT_FOUND;
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 };
    const search: unknown = JSON.parse(body);
    if (!isSearch(search)) return { status: 400, body: isSearch.errors };
    const filters = search.filterGroups.flatMap((group) => group.filters);
    if (search.filterGroups.length > 5 || filters.length > 18) return { status: 400 };
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

function matches({ propertyName, operator, value, values = [] }: Filter, properties: NodeJS.Dict<string>) {
  const property = properties[propertyName]?.toLowerCase();
  if (property === undefined) return false;
  if (operator === 'EQ') return property === value;
  return operator === 'IN' && values.includes(property);
}

function propertiesOf(contact: Contact): NodeJS.Dict<string> {
  return {
    firstname: contact.firstName,
    lastname: contact.lastName,
    company: contact.company,
    email: contact.email,
    phone: contact.phone,
    mobilephone: contact.mobile,
    photo_url: contact.avatar,
    hs_searchable_calculated_phone_number: searchable(contact.phone),
    hs_searchable_calculated_mobile_number: searchable(contact.mobile),
  };
}

/** What is documented of it: area code and local number, in North America. */
function searchable(written = ''): string | undefined {
  const number = parsePhoneNumberFromString(written, 'US');
  return number?.countryCallingCode === '1' ? number.nationalNumber : undefined;
}
