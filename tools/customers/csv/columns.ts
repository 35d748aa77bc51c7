import { Problem } from '../../problem';
import {
  type AddressType,
  AVATAR_HEADERS,
  COMPANY_HEADERS,
  FIRST_NAME_HEADERS,
  FULL_NAME_HEADERS,
  ID_HEADERS,
  isKnownHeader,
  isOthers,
  kindOf,
  LAST_NAME_HEADERS,
  listHeaders,
  ownKindOf,
  wordsOf,
} from './headers';

/** The variables of `.env` that name columns, where their headers do not tell what is in them. */
export interface CsvSettings {
  CSV_ID_COLUMN?: string;
  CSV_NAME_COLUMN?: string;
  CSV_PHONE_COLUMN?: string;
  CSV_EMAIL_COLUMN?: string;
  CSV_AVATAR_COLUMN?: string;
}

/** A column with numbers or e-mail addresses of the customer's own. */
export interface AddressColumn {
  column: number;
  type: AddressType;
  /** The column that says whose they are: `Phone 1 - Label` of Google, for `Phone 1 - Value`. */
  label?: number;
}

/** Which cells of a row are what. */
export interface Columns {
  headers: string[];
  id: number;
  /** What a name is made of: the first of these groups that is not empty in a row. */
  names: number[][];
  addresses: AddressColumn[];
  avatar?: number;
  /** Those with addresses of a second person in the same row, which are not read. */
  ofSecondPerson: number[];
  /** Those that are none of these, and not known to be somebody else's. */
  unrecognised: number[];
}

const VARIABLES = [
  'CSV_ID_COLUMN',
  'CSV_NAME_COLUMN',
  'CSV_PHONE_COLUMN',
  'CSV_EMAIL_COLUMN',
  'CSV_AVATAR_COLUMN',
] as const;
const ONE_COLUMN: (keyof CsvSettings)[] = ['CSV_ID_COLUMN', 'CSV_AVATAR_COLUMN'];
const NAMES = new Set([FULL_NAME_HEADERS, FIRST_NAME_HEADERS, LAST_NAME_HEADERS, ID_HEADERS].flat());
/** A number or an e-mail address, where a header should be. */
const NO_HEADER = /^\S+@\S+\.\S+$|^([a-z]+:)?\s*\+?[\d\s()./\p{Pd}]{7,}(x\d+)?$/iu;
/** Quotation marks that are none in CSV. */
const OTHER_QUOTES = /^['‘’‚‹“”„«].*['‘’‚›“”„»]$/;

/**
 * Finds the columns by their headers, in any case and order.
 *
 * @throws Problem if one that is needed, or that is named in `.env`, is missing
 */
export function findColumns(headers: string[], settings: CsvSettings): Columns {
  const words = headers.map(wordsOf);
  const phrases = words.map((some) => some.join(''));
  const first = (known: string[]) => known.map((phrase) => phrases.indexOf(phrase)).find((i) => i >= 0);
  const named = (variable: keyof CsvSettings) => columnsNamed(variable, settings[variable], headers);
  refuseNoHeaders(headers, words, settings);

  const id = named('CSV_ID_COLUMN')?.[0] ?? first(ID_HEADERS);
  if (id === undefined) {
    throw new Problem(
      `has no column with IDs: Frontline finds the customer in your CRM by it. Export it with the ID of each customer, or name the column by CSV_ID_COLUMN in .env; there are: ${listHeaders(headers)}`,
    );
  }
  const nameOf = named('CSV_NAME_COLUMN');
  const group = (...columns: (number | undefined)[]) => columns.filter((column) => column !== undefined);
  const phones = named('CSV_PHONE_COLUMN')?.map((column) => ({
    column,
    type: kindOf(words[column]) ?? 'sms',
    label: labelOf(column, phrases),
  }));
  const emails = named('CSV_EMAIL_COLUMN')?.map((column) => ({ column, type: 'email' as const }));
  const ofOthers = secondPerson(phrases, words);
  const recognised = words.slice(0, ofOthers).flatMap((some, column) => {
    const type = ownKindOf(some);
    return type ? [{ column, type, label: labelOf(column, phrases) }] : [];
  });
  const addresses = [
    ...(phones ?? recognised.filter(({ type }) => type !== 'email')),
    ...(emails ?? recognised.filter(({ type }) => type === 'email')),
  ];
  if (addresses.length === 0) {
    throw new Problem(
      `has no column with phone numbers or e-mail addresses: name them by CSV_PHONE_COLUMN and CSV_EMAIL_COLUMN in .env; there are: ${listHeaders(headers)}`,
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
  const ofSecondPerson = [...headers.keys()].filter(
    (column) =>
      ofOthers !== undefined && column >= ofOthers && !used.has(column) && ownKindOf(words[column] ?? []),
  );
  const isUnrecognised = (column: number) =>
    !used.has(column) && !ofSecondPerson.includes(column) && !isOthers(words[column]);
  // Whoever names the columns of numbers has chosen.
  const unrecognised = phones ? [] : [...headers.keys()].filter(isUnrecognised);
  return { headers, id, names, addresses, avatar, ofSecondPerson, unrecognised };
}

/** Whether a row names the columns anew: several exports have been put into one file. */
export function isHeadersAgain(
  cells: string[],
  { headers, id }: Columns,
): 'as before' | 'otherwise' | undefined {
  if (cells.every((cell, column) => cell === (headers[column] ?? ''))) return 'as before';
  const filled = cells.filter(Boolean);
  const known = filled.filter((cell) => headers.includes(cell)).length;
  const isOfIds = ID_HEADERS.includes(wordsOf(cells[id] ?? '').join(''));
  return known * 2 > filled.length && (isOfIds || known > 2) ? 'otherwise' : undefined;
}

/** The column with the labels of another: `Phone 1 - Label` in exports of Google Contacts, `Phone 1 - Type` in older ones. */
function labelOf(column: number, phrases: string[]): number | undefined {
  const what = phrases[column]?.replace(/value$/, '');
  return ['label', 'type'].map((end) => phrases.indexOf(`${what}${end}`)).find((i) => i >= 0);
}

/**
 * Where the columns of a second person begin, if a row has several: `ID, Name, Phone, Name, Phone`, or `… Name 2, Phone 2`.
 * Without an address before it, `Name 2` is the rest of a long name, as in Business Central.
 */
function secondPerson(phrases: string[], words: string[][]): number | undefined {
  const isRepeated = (phrase: string, column: number) => phrase && phrases.indexOf(phrase) < column;
  const isNumbered = (phrase: string, column: number) => {
    const first = phrases.indexOf(phrase.replace(/\d+$/, ''));
    return first >= 0 && first < column && words.slice(0, column).some((some) => ownKindOf(some));
  };
  const isAnew = (phrase: string, column: number) =>
    isRepeated(phrase, column) || (/\d$/.test(phrase) && isNumbered(phrase, column));
  const hasSecond = phrases.some((phrase, column) => {
    return NAMES.has(phrase.replace(/\d+$/, '')) && isAnew(phrase, column);
  });
  return hasSecond ? phrases.findIndex(isAnew) : undefined;
}

/**
 * Refuses quotes that would be taken for a part of IDs and names.
 *
 * @param headers as they are written
 * @throws Problem if they are all in such quotes
 */
export function refuseOtherQuotes(headers: string[]) {
  const filled = headers.filter(Boolean);
  if (filled.length === 0 || !filled.every((header) => OTHER_QUOTES.test(header))) return;
  throw new Problem(
    'has cells in quotation marks that are none in CSV: save it with straight double ones, "like this", or without any',
  );
}

/** Nothing of such a row is told: it may be that of a customer. */
function refuseNoHeaders(headers: string[], words: string[][], settings: CsvSettings) {
  const isValue = headers.some((header) => NO_HEADER.test(header));
  const isNamed = VARIABLES.some((variable) =>
    splitNames(settings[variable], headers).some(({ column }) => column >= 0),
  );
  if (!isValue && (isNamed || words.some(isKnownHeader))) return;
  const remedy = isValue
    ? ''
    : '. If it does so in other words, name them by CSV_ID_COLUMN, CSV_NAME_COLUMN and CSV_PHONE_COLUMN in .env';
  throw new Problem(
    `has no headers${isValue ? '' : ' that are known'}: the first row has to name the columns, such as ID, Name, Phone, Email${remedy}`,
  );
}

/** The columns that a variable names: one header, or several with commas between them. */
function columnsNamed(variable: keyof CsvSettings, setting: string | undefined, headers: string[]) {
  if (!setting?.trim()) return undefined;
  const names = splitNames(setting, headers);
  for (const { name, column } of names) {
    if (column >= 0) continue;
    throw new Problem(
      `has no column ${JSON.stringify(name)}, which ${variable} in .env names; there are: ${listHeaders(headers)}`,
    );
  }
  if (names.length > 1 && ONE_COLUMN.includes(variable)) {
    throw new Problem(`${variable} in .env names ${names.length} columns, and has to name one`);
  }
  if (ONE_COLUMN.includes(variable)) return names.map(({ column }) => column);
  return names.flatMap(({ column }) => [...headers.keys()].filter((i) => headers[i] === headers[column]));
}

/** Headers with commas between them, of which a header may have some itself; `column` is -1 for one that is not there. */
function splitNames(setting = '', headers: string[]): { name: string; column: number }[] {
  const plain = (text: string) => text.normalize('NFC').toLowerCase();
  const known = headers.map(plain);
  const parts = setting.split(',');
  for (let end = parts.length; end > 0; end--) {
    const name = parts.slice(0, end).join(',').trim();
    const column = name ? known.indexOf(plain(name)) : -1;
    const others = parts.slice(end);
    if (column < 0 && end > 1) continue;
    return [{ name, column }, ...(others.length > 0 ? splitNames(others.join(','), headers) : [])];
  }
  return [];
}
