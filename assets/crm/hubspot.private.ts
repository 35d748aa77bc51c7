/**
 * HubSpot's contacts, by phone number or e-mail address.
 * https://developers.hubspot.com/docs/guides/api/crm/search
 */
import type { Address } from '../address.private';
import type { CrmSource, Customer, LookUp } from '../crm.private';

export const settings: CrmSource['settings'] = {
  HUBSPOT_ACCESS_TOKEN: {
    is: 'the access token of a private app with the scope crm.objects.contacts.read',
    example: 'pat-eu1-00000000-0000-0000-0000-000000000000',
    required: true,
  },
  HUBSPOT_AVATAR_PROPERTY: {
    is: 'the internal name of a property with the URL of a picture',
    example: 'photo_url',
  },
};

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

/** @throws Error if HubSpot does not answer the search */
export const findCustomer: CrmSource['findCustomer'] = async (address, lookUp) => {
  const { HUBSPOT_ACCESS_TOKEN, HUBSPOT_AVATAR_PROPERTY } = lookUp.settings;
  const filters = filtersFor(address, lookUp);
  if (filters.length === 0) return undefined;

  const properties = ['firstname', 'lastname', 'company', 'email', ...NUMBER_PROPERTIES];
  if (HUBSPOT_AVATAR_PROPERTY) properties.push(HUBSPOT_AVATAR_PROPERTY);
  const filterGroups = filters.map((filter) => ({ filters: [filter] }));
  const answer = await lookUp.ask({
    crm: 'HubSpot',
    url: SEARCH_URL,
    method: 'POST',
    headers: { Authorization: `Bearer ${HUBSPOT_ACCESS_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ filterGroups, properties, limit: LIMIT, after: '0', sorts: [] }),
    reasons: {
      400: `is ${HUBSPOT_AVATAR_PROPERTY ? 'HUBSPOT_AVATAR_PROPERTY' : 'each property searched'} a property of contacts?`,
      401: 'is HUBSPOT_ACCESS_TOKEN a private app token with crm.objects.contacts.read?',
      403: 'has the private app the scope crm.objects.contacts.read?',
    },
  });
  const contacts = answer.list('results');
  if (contacts.length === LIMIT) throw new Error(`HubSpot has ${LIMIT} contacts or more with such a number`);
  return contacts.map((contact): Customer => {
    const properties = Object(contact.properties) as Record<string, unknown>;
    const { firstname, lastname, company, email } = properties;
    return {
      customer_id: contact.id,
      display_name: [firstname, lastname].filter(Boolean).join(' ') || company || email,
      avatar: HUBSPOT_AVATAR_PROPERTY && properties[HUBSPOT_AVATAR_PROPERTY],
      // HubSpot's searchable numbers know no country.
      ...(address.channel === 'email'
        ? {}
        : { phone_numbers: NUMBER_PROPERTIES.map((name) => properties[name]) }),
    };
  });
};

function filtersFor({ channel, key, value }: Address, lookUp: LookUp): object[] {
  if (channel === 'email') return [{ propertyName: 'email', operator: 'EQ', value: value.toLowerCase() }];
  if (!key.startsWith('+')) return [];
  const { context, phoneNumbers } = lookUp;
  const values = phoneNumbers.writtenForms(key, context.CRM_DEFAULT_COUNTRY);
  const digits = phoneNumbers.localDigits(key);
  return [
    ...NUMBER_PROPERTIES.map((propertyName) => ({ propertyName, operator: 'IN', values })),
    ...SEARCHABLE_PROPERTIES.map((propertyName) => ({ propertyName, operator: 'EQ', value: digits })),
  ];
}
