/**
 * HubSpot's contacts, by phone number or e-mail address.
 * https://developers.hubspot.com/docs/guides/api/crm/search
 */
import type { Address, CrmSource, Customer } from '../crm.private';

type CrmRequest = typeof import('../crm-request.private');
type PhoneNumbers = typeof import('../phone-numbers.private');

const SEARCH_URL = new URL('https://api.hubapi.com/crm/v3/objects/contacts/search');
/** What people write numbers into. */
const NUMBER_PROPERTIES = ['phone', 'mobilephone', 'hs_whatsapp_phone_number'];
/** What HubSpot makes of numbers for searching: the digits, without the country code. */
const SEARCHABLE_PROPERTIES = [
  'hs_searchable_calculated_phone_number',
  'hs_searchable_calculated_mobile_number',
];
/** Enough for all whose numbers differ in the country code alone. */
const LIMIT = 100;

/** @throws Error where HubSpot does not answer the search */
export const findCustomer: CrmSource['findCustomer'] = async (address, context, signal, timeLeftMs) => {
  const { askCrm, objectsIn, requiredSetting }: CrmRequest = require(
    Runtime.getAssets()['/crm-request.js']?.path ?? '/crm-request.js',
  );
  const token = requiredSetting(context, 'HUBSPOT_ACCESS_TOKEN');
  const avatarProperty = context.HUBSPOT_AVATAR_PROPERTY?.trim();
  const search = searchFor(address, context.CRM_DEFAULT_COUNTRY);
  if (!search) return undefined;

  const properties = ['firstname', 'lastname', 'company', 'email', ...NUMBER_PROPERTIES];
  if (avatarProperty) properties.push(avatarProperty);
  const body = { filterGroups: search.filterGroups, properties, limit: LIMIT, after: '0', sorts: [] };
  const { json } = await askCrm(
    {
      crm: 'HubSpot',
      url: SEARCH_URL,
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      reasons: {
        400: `is ${avatarProperty ? 'HUBSPOT_AVATAR_PROPERTY' : 'each property searched'} a property of contacts?`,
        401: 'is HUBSPOT_ACCESS_TOKEN a private app token with crm.objects.contacts.read?',
        403: 'has the private app the scope crm.objects.contacts.read?',
      },
    },
    signal,
    timeLeftMs,
  );
  const contacts = objectsIn(json, 'results', 'HubSpot');
  if (contacts.length === LIMIT) throw new Error(`HubSpot has ${LIMIT} contacts or more with such a number`);
  return contacts.filter(search.isMeant).map((contact) => customerOf(contact, avatarProperty));
};

type Contact = Record<string, unknown>;
type Properties = Record<string, string | null | undefined>;

/** What to search, and who of those found is meant: HubSpot's searchable numbers know no country. */
function searchFor({ channel, key, value }: Address, country: string | undefined) {
  if (channel === 'email') {
    const email = value.toLowerCase();
    const filters = [{ propertyName: 'email', operator: 'EQ', value: email }];
    return { filterGroups: [{ filters }], isMeant: () => true };
  }
  if (!key.startsWith('+')) return undefined;
  const { localDigits, readNumber, writtenForms }: PhoneNumbers = require(
    Runtime.getAssets()['/phone-numbers.js']?.path ?? '/phone-numbers.js',
  );
  const values = writtenForms(key, country);
  const filters = [
    ...NUMBER_PROPERTIES.map((propertyName) => ({ propertyName, operator: 'IN', values })),
    ...SEARCHABLE_PROPERTIES.map((propertyName) => ({
      propertyName,
      operator: 'EQ',
      value: localDigits(key),
    })),
  ];
  return {
    filterGroups: filters.map((filter) => ({ filters: [filter] })),
    isMeant: (contact: Contact) =>
      NUMBER_PROPERTIES.some((name) => readNumber(propertiesOf(contact)[name] ?? '', country) === key),
  };
}

function customerOf(contact: Contact, avatarProperty: string | undefined): Customer {
  const properties = propertiesOf(contact);
  const { firstname, lastname, company, email } = properties;
  return {
    customer_id: contact.id as string,
    display_name: [firstname, lastname].filter(Boolean).join(' ') || company || email,
    avatar: avatarProperty && properties[avatarProperty],
  };
}

function propertiesOf(contact: Contact): Properties {
  return (contact.properties ?? {}) as Properties;
}
