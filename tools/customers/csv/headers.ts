/** What the headers of columns say, in the words of CRMs, address books and spreadsheets. */

export type AddressType = 'sms' | 'whatsapp' | 'email';

/**
 * Headers of IDs, the most telling first and without what is between the words: those of Frontline and Shopify, of HubSpot
 * and Zoho, of Salesforce's reports, Pipedrive, Dynamics 365, and Salesforce's Data Export.
 */
export const ID_HEADERS = ['customerid', 'recordid', 'contactid', 'personid', 'donotmodifycontact', 'id'];
export const FULL_NAME_HEADERS = [
  'displayname',
  'fullname',
  'name',
  'personname',
  'contactname',
  'customername',
];
export const FIRST_NAME_HEADERS = ['firstname', 'givenname', 'personfirstname', 'vorname', 'nombre'];
export const LAST_NAME_HEADERS = [
  ...['lastname', 'familyname', 'personlastname', 'nachname', 'apellido', 'apellidos'],
];
export const COMPANY_HEADERS = [
  ...['company', 'companyname', 'accountname', 'organization', 'organizationname'],
  ...['personorganization', 'defaultaddresscompany'],
];
export const AVATAR_HEADERS = ['avatar', 'avatarurl', 'photo', 'photourl', 'picture', 'image', 'imageurl'];

const KNOWN = new Set(
  [
    ...[ID_HEADERS, FULL_NAME_HEADERS, FIRST_NAME_HEADERS, LAST_NAME_HEADERS],
    ...[COMPANY_HEADERS, AVATAR_HEADERS],
  ].flat(),
);

/** What makes a column one of numbers or e-mail addresses. */
const KINDS = new Map<string, AddressType>([
  ...wordsFor('sms', 'phone', 'mobile', 'mobilephone', 'homephone', 'workphone', 'otherphone', 'phonenumber'),
  ...wordsFor('sms', 'cell', 'cellphone', 'landline', 'telephone', 'telefon', 'mobil', 'handy', 'tel'),
  ...wordsFor('sms', 'telefonnummer', 'mobilnummer', 'handynummer', 'mobiltelefon', 'telefone'),
  ...wordsFor('sms', 'teléfono', 'telefono', 'móvil', 'movil', 'celular', 'téléphone'),
  ...wordsFor('whatsapp', 'whatsapp'),
  ...wordsFor('email', 'email', 'emailaddress', 'correo'),
]);
/** What says no more than that it is a value. */
export const VALUE = /^(number|no|nr|nummer|número|numero|value|address|adresse)$/;
/**
 * What else may stand beside that. Any other word makes it something else (`Phone Type`, `Email Opt Out`), or the number of
 * somebody else (`Assistant Phone`, `Company Main Phone`).
 */
const QUALIFIER =
  /^(electrónico|electronico|work|home|business|main|primary|secondary|other|personal|default|person|contact|customer|\d+)$/;
/** Somebody else, beside the customer. `Other Phone`, `Contact Phone 2` and `Contact 1 Phone` are the customer's own. */
const OTHER_PERSON =
  /\b((secondary|other)( \p{L}+)? (contact|person|customer)|(contact|person|customer) ([2-9]|[1-9]\d+))\b/u;
/** What has numbers that are known to be no customer's own. */
const OTHERS = new RegExp(
  `${OTHER_PERSON.source}|fax|assistant|asst|manager|spouse|emergency|company|account`,
);

/** What is an ID in the place of a header: `1001`, `C-1001`. */
const LIKE_AN_ID = /^([a-z]{1,4}-)?\d+$/i;
/** HubSpot exports hundreds of columns if it is asked to. */
const HEADERS_TOLD_MAX = 100;
const HEADER_TOLD_LENGTH = 60;

/** The words of a header: those of `E-mail 1 - Value`, `MobilePhone` and `(Do Not Modify) Contact`, in lower case. */
export function wordsOf(header: string): string[] {
  return (
    header
      .replace(/e-mail/gi, 'email')
      .replace(/whats ?app/gi, 'whatsapp')
      // Salesforce calls so the fields of a Contact that is an Account itself.
      .replace(/person account\b:?/gi, 'person')
      .normalize('NFC')
      .replace(/(\p{Ll})(?=\p{Lu})|(\p{L})(?=\d)/gu, '$& ')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean)
  );
}

function wordsFor(type: AddressType, ...words: string[]): [string, AddressType][] {
  return words.map((word) => [word, type]);
}

/** What kind of addresses a header is about. `WhatsApp Phone Number`, which is called both, has those of WhatsApp. */
export function kindOf(words: string[] = []): AddressType | undefined {
  const types = words.flatMap((word) => KINDS.get(word) ?? []);
  return types.find((type) => type !== 'sms') ?? types[0];
}

/** What kind of addresses of the customer's own a column has, if it has any. */
export function ownKindOf(words: string[]): AddressType | undefined {
  const isKnown = words.every((word) => KINDS.has(word) || VALUE.test(word) || QUALIFIER.test(word));
  return isKnown && !OTHER_PERSON.test(words.join(' ')) ? kindOf(words) : undefined;
}

/** Whether a column is known to have numbers of somebody else, or of faxes. */
export function isOthers(words: string[] = []): boolean {
  return OTHERS.test(words.join(' '));
}

/** Whether a header is one that is known. */
export function isKnownHeader(words: string[]): boolean {
  return KNOWN.has(words.join('')) || ownKindOf(words) !== undefined || isOthers(words);
}

/** Headers, to be told in a message; of what may be the row of a customer, nothing is told. */
export function listHeaders(headers: string[]): string {
  if (headers.some((header) => LIKE_AN_ID.test(header))) {
    return `${headers.length} of them, which look like a row of data and are not shown`;
  }
  const named = headers.filter(Boolean);
  const more = named.length - HEADERS_TOLD_MAX;
  return [...named.slice(0, HEADERS_TOLD_MAX).map(shorten), ...(more > 0 ? [`and ${more} more`] : [])].join(
    ', ',
  );
}

/** A header, or the beginning of one that is not meant for reading. */
export function shorten(header: string): string {
  return header.length > HEADER_TOLD_LENGTH ? `${header.slice(0, HEADER_TOLD_LENGTH)}…` : header;
}
