import { Problem } from '../../problem';

/** The variables of `.env` that name columns, where their headers do not tell what is in them. */
export interface CsvSettings {
  CSV_ID_COLUMN?: string;
  CSV_NAME_COLUMN?: string;
  CSV_PHONE_COLUMN?: string;
  CSV_EMAIL_COLUMN?: string;
  CSV_AVATAR_COLUMN?: string;
}

type AddressType = 'sms' | 'whatsapp' | 'email';

/** Which cells of a row are what. */
export interface Columns {
  headers: string[];
  id: number;
  /** What a name is made of: the first of these groups that is not empty in a row. */
  names: number[][];
  addresses: { column: number; type: AddressType }[];
  avatar?: number;
  /** Those that are none of these, and not known to be somebody else's. */
  unrecognised: number[];
}

/**
 * Headers of IDs, the most telling first and without what is between the words: those of Frontline and Shopify, of HubSpot
 * and Zoho, of Salesforce's reports, Pipedrive, Dynamics 365, and Salesforce's Data Export.
 */
const ID_HEADERS = ['customerid', 'recordid', 'contactid', 'personid', 'donotmodifycontact', 'id'];
const FULL_NAME_HEADERS = ['displayname', 'fullname', 'name', 'personname', 'contactname', 'customername'];
const FIRST_NAME_HEADERS = ['firstname', 'givenname', 'personfirstname'];
const LAST_NAME_HEADERS = ['lastname', 'familyname', 'personlastname'];
const COMPANY_HEADERS = [
  ...['company', 'companyname', 'accountname', 'organization', 'organizationname'],
  ...['personorganization', 'defaultaddresscompany'],
];
const AVATAR_HEADERS = ['avatar', 'avatarurl', 'photo', 'photourl', 'picture', 'image', 'imageurl'];

/** What makes a column one of numbers or e-mail addresses. */
const KINDS = new Map<string, AddressType>([
  ...wordsFor('sms', 'phone', 'mobile', 'mobilephone', 'homephone', 'workphone', 'otherphone', 'phonenumber'),
  ...wordsFor('sms', 'cell', 'cellphone', 'telephone', 'telefon', 'mobil', 'handy'),
  ...wordsFor('sms', 'teléfono', 'telefono', 'móvil', 'movil', 'celular', 'téléphone'),
  ...wordsFor('whatsapp', 'whatsapp'),
  ...wordsFor('email', 'email', 'emailaddress'),
]);
/**
 * What may stand beside that. Any other word makes it something else (`Phone Type`, `Email Opt Out`), or the number of
 * somebody else (`Assistant Phone`, `Company Main Phone`).
 */
const QUALIFIER =
  /^(number|no|nr|nummer|número|numero|value|address|work|home|business|main|primary|secondary|other|personal|default|person|contact|customer|\d+)$/;
/** Somebody else, beside the customer. `Other Phone` is the customer's own. */
const OTHER_PERSON = /(secondary|other) (contact|person|customer)/;
/** What has numbers that are known to be no customer's own. */
const OTHERS = new RegExp(`${OTHER_PERSON.source}|fax|assistant|manager|spouse|emergency|company|account`);
/** How a number or an e-mail address begins, where a header should be. */
const NO_HEADER = /@|^([a-z]+:)?\s*\+?[\d\s()./\p{Pd}]{7,}/iu;

/**
 * Finds the columns by their headers, in any case and order.
 *
 * @throws Problem if one that is needed, or that is named in `.env`, is missing
 */
export function findColumns(headers: string[], settings: CsvSettings): Columns {
  if (headers.some((header) => NO_HEADER.test(header))) {
    throw new Problem(
      'has no headers: the first row has to name the columns, such as ID, Name, Phone, Email',
    );
  }
  const words = headers.map(wordsOf);
  const phrases = words.map((some) => some.join(''));
  const first = (known: string[]) => known.map((phrase) => phrases.indexOf(phrase)).find((i) => i >= 0);
  const named = (variable: keyof CsvSettings) => columnsNamed(variable, settings, headers);

  const id = named('CSV_ID_COLUMN')?.[0] ?? first(ID_HEADERS);
  if (id === undefined) {
    throw new Problem(
      `has no column with IDs: Frontline finds the customer in your CRM by it. Export it with the ID of each customer, or name the column by CSV_ID_COLUMN in .env; there are: ${list(headers)}`,
    );
  }
  const nameOf = named('CSV_NAME_COLUMN');
  const group = (...columns: (number | undefined)[]) => columns.filter((column) => column !== undefined);
  const phones = named('CSV_PHONE_COLUMN')?.map((column) => ({
    column,
    type: typeOf(words[column]) ?? 'sms',
  }));
  const emails = named('CSV_EMAIL_COLUMN')?.map((column) => ({ column, type: 'email' as const }));
  const recognised = words.flatMap((some, column) => {
    const type = typeOf(some);
    const isOwn = !OTHER_PERSON.test(some.join(' '));
    const isKnown = some.every((word) => KINDS.has(word) || QUALIFIER.test(word));
    return type && isOwn && isKnown ? [{ column, type }] : [];
  });
  const addresses = [
    ...(phones ?? recognised.filter(({ type }) => type !== 'email')),
    ...(emails ?? recognised.filter(({ type }) => type === 'email')),
  ];
  if (addresses.length === 0) {
    throw new Problem(
      `has no column with phone numbers or e-mail addresses: name them by CSV_PHONE_COLUMN and CSV_EMAIL_COLUMN in .env; there are: ${list(headers)}`,
    );
  }
  const names = nameOf
    ? [nameOf]
    : [
        group(first(FULL_NAME_HEADERS)),
        group(first(FIRST_NAME_HEADERS), first(LAST_NAME_HEADERS)),
        group(first(COMPANY_HEADERS)),
      ];
  const avatar = named('CSV_AVATAR_COLUMN')?.[0] ?? first(AVATAR_HEADERS);
  const used = new Set([id, avatar, ...names.flat(), ...addresses.map(({ column }) => column)]);
  const isUnrecognised = (column: number) =>
    !used.has(column) && !OTHERS.test(words[column]?.join(' ') ?? '');
  // Whoever names the columns of numbers has chosen.
  const unrecognised = phones ? [] : [...headers.keys()].filter(isUnrecognised);
  return { headers, id, names, addresses, avatar, unrecognised };
}

/** `E-mail 1 - Value`, `MobilePhone` and `(Do Not Modify) Contact`, in lower case and without what is between the words. */
function wordsOf(header: string): string[] {
  return header
    .replace(/e-mail/gi, 'email')
    .replace(/whats ?app/gi, 'whatsapp')
    .normalize('NFC')
    .replace(/(\p{Ll})(?=\p{Lu})|(\p{L})(?=\d)/gu, '$& ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

function wordsFor(type: AddressType, ...words: string[]): [string, AddressType][] {
  return words.map((word) => [word, type]);
}

/** A number that is called both, as `WhatsApp Phone Number` is, is one of WhatsApp. */
function typeOf(words: string[] = []) {
  const types = words.flatMap((word) => KINDS.get(word) ?? []);
  return types.find((type) => type !== 'sms') ?? types[0];
}

/** The columns that a variable names: one header, or several with commas between them. */
function columnsNamed(variable: keyof CsvSettings, settings: CsvSettings, headers: string[]) {
  const setting = settings[variable]?.trim();
  if (!setting) return undefined;
  const find = (name: string) =>
    headers.findIndex((header) => header.toLowerCase() === name.trim().toLowerCase());
  const whole = find(setting);
  if (whole >= 0) return [whole];
  return setting.split(',').map((name) => {
    const column = find(name);
    if (column >= 0) return column;
    throw new Problem(
      `has no column ${JSON.stringify(name.trim())}, which ${variable} in .env names; there are: ${list(headers)}`,
    );
  });
}

function list(headers: string[]): string {
  return headers.filter(Boolean).join(', ');
}
