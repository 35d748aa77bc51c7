/**
 * HubSpot's contacts, by phone number or e-mail address.
 * https://developers.hubspot.com/docs/api-reference/search/guide
 */
import type { Address } from '../address.private';
import type { CrmSource, Customer, LookUp } from '../crm.private';

export const settings: CrmSource['settings'] = {
  HUBSPOT_ACCESS_TOKEN: {
    is: 'a service key with the scope crm.objects.contacts.read, or the access token of a private app with it',
    example: 'pat-eu1-00000000-0000-0000-0000-000000000000',
    // As an HTTP header takes it.
    format: /^[ -~]+$/,
    required: true,
  },
  HUBSPOT_ID_PROPERTY: {
    is: 'the internal name of the property that customer_id is taken from, if not the record ID',
    example: 'customer_number',
  },
  HUBSPOT_AVATAR_PROPERTY: {
    is: 'the internal name of a property with the URL of a picture',
    example: 'photo_url',
  },
};

/** Of the five searches a second that HubSpot answers: https://developers.hubspot.com/docs/api-reference/search/guide */
export const perSecond = 4;
/** Of the dated versions; v3 is unsupported after September 2027: https://developers.hubspot.com/docs/api-reference/legacy/migration-guide */
const SEARCH_URL = new URL('https://api.hubapi.com/crm/objects/2026-09/contacts/search');
/** As HubSpot reads the numbers, in E.164. They are empty if it cannot tell the country. */
const CALCULATED = ['hs_calculated_phone_number', 'hs_calculated_mobile_number'];
/** What it makes of all numbers for searching: the digits, without the country code if it knows that. */
const SEARCHABLE = ['hs_searchable_calculated_phone_number', 'hs_searchable_calculated_mobile_number'];
const WHATSAPP = 'hs_whatsapp_phone_number';
/** Enough for all whose numbers have the same national digits. */
const LIMIT = 100;
const VERSION_HELP = 'this version of its API is retired: update this project';
const TOKEN_HELP =
  'is HUBSPOT_ACCESS_TOKEN a service key that exists (Development > Keys > Service keys), or the token of a private app?';

/** @throws Error if HubSpot does not answer the search */
export const findCustomer: CrmSource['findCustomer'] = async (address, lookUp) => {
  const { HUBSPOT_ACCESS_TOKEN, HUBSPOT_ID_PROPERTY, HUBSPOT_AVATAR_PROPERTY } = lookUp.settings;
  const filters = filtersFor(address, lookUp);
  if (filters.length === 0) return undefined;

  const own = [HUBSPOT_ID_PROPERTY, HUBSPOT_AVATAR_PROPERTY].filter((name) => name !== undefined);
  const properties = [
    ...['firstname', 'lastname', 'company', 'email', 'phone', 'mobilephone', WHATSAPP],
    ...CALCULATED,
    ...own,
  ];
  const filterGroups = filters.map((filter) => ({ filters: [filter] }));
  const answer = await lookUp.ask({
    crm: 'HubSpot',
    url: SEARCH_URL,
    method: 'POST',
    headers: { Authorization: `Bearer ${HUBSPOT_ACCESS_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ filterGroups, properties, limit: LIMIT, after: '0', sorts: [] }),
    // https://developers.hubspot.com/docs/api-reference/error-handling
    // Which limit it is, HubSpot says by other names: https://developers.hubspot.com/docs/api/usage-details
    errorCode: (json) => {
      const { category, errorType, policyName } = Object(json);
      return category ?? (policyName && `${errorType}_${policyName}`);
    },
    reasons: {
      400: own.length
        ? 'are HUBSPOT_ID_PROPERTY and HUBSPOT_AVATAR_PROPERTY internal names of properties of contacts?'
        : 'it does not accept the search',
      401: TOKEN_HELP,
      403: 'has the service key, or the private app, the scope crm.objects.contacts.read?',
      404: VERSION_HELP,
      410: VERSION_HELP,
      429: 'more than five searches a second',
      RATE_LIMIT_DAILY: 'the requests of the day are used up, until midnight in the time zone of the account',
    },
  });
  const contacts = answer.list('results');
  if (contacts.length === LIMIT)
    throw new Error(`HubSpot has ${LIMIT} contacts or more with such an address`);
  return contacts.map((contact): Customer => {
    const properties = Object(contact.properties) as Record<string, unknown>;
    const { firstname, lastname, company, email, phone, mobilephone } = properties;
    const { hs_calculated_phone_number, hs_calculated_mobile_number } = properties;
    // HubSpot knows the contact's country, so its reading goes before one that has to assume a country. It drops the words beside
    // a number, which may say that it is somebody else's.
    const asRead = (calculated: unknown, written: unknown) =>
      lookUp.phoneNumbers.isOfSomebodyElse(String(written)) ? written : calculated || written;
    return {
      customer_id: HUBSPOT_ID_PROPERTY ? properties[HUBSPOT_ID_PROPERTY] : contact.id,
      display_name: `${firstname ?? ''} ${lastname ?? ''}`.trim() || company || email,
      avatar: HUBSPOT_AVATAR_PROPERTY && properties[HUBSPOT_AVATAR_PROPERTY],
      ...(address.channel !== 'email' && {
        phone_numbers: [asRead(hs_calculated_phone_number, phone)],
        mobile_numbers: [asRead(hs_calculated_mobile_number, mobilephone), properties[WHATSAPP]],
      }),
    };
  });
};

/**
 * One filter for each group, of which HubSpot takes five. Its searchable digits have no country, and those of a number that
 * it read in another country than that of the contact have a trunk prefix or a country code before them.
 */
function filtersFor({ channel, key, value }: Address, lookUp: LookUp): object[] {
  if (channel === 'email') return [isOneOf('email', [value.toLowerCase()])];
  if (!key.startsWith('+')) return [];
  const { phoneNumbers } = lookUp;
  const numbers = phoneNumbers.sameNumbers(key);
  const forms = phoneNumbers.digitForms(key);
  const digits = [...new Set([...forms, ...forms.map((form) => form.replace(/^0+/, ''))])];
  return [
    ...CALCULATED.map((name) => isOneOf(name, numbers)),
    ...SEARCHABLE.map((name) => isOneOf(name, digits)),
    isOneOf(WHATSAPP, [...numbers, ...digits]),
  ];
}

/** Values of IN have to be in lower case. */
function isOneOf(propertyName: string, values: string[]): object {
  const [value] = values;
  return values.length === 1
    ? { propertyName, operator: 'EQ', value }
    : { propertyName, operator: 'IN', values };
}
