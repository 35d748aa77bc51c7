import { Problem } from '../../problem';
import {
  type AddressType,
  AVATAR_HEADERS,
  COMPANY_HEADERS,
  FIRST_NAME_HEADERS,
  FULL_NAME_HEADERS,
  ID_HEADERS,
  isOthers,
  kindOf,
  LAST_NAME_HEADERS,
  listHeaders,
  ownKindOf,
  wordsOf,
} from './headers';
import { labelsOf } from './labels';
import { type CsvSettings, columnsNamed } from './named-columns';
import { refuseNoHeaders } from './refused-headers';
import { secondPerson } from './second-person';

/** A column with numbers or e-mail addresses of the customer's own. */
export interface AddressColumn {
  column: number;
  type: AddressType;
  /** The columns that say whose they are: `Phone 1 - Label` of Google, for `Phone 1 - Value`. */
  labels: number[];
}

/** Which cells of a row are what. */
export interface Columns {
  headers: string[];
  id: number;
  /** Other columns whose headers say that they have IDs, if none was named. */
  otherIds: number[];
  /** Says of records that have been deleted, but are exported: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm */
  deleted?: number;
  /** What a name is made of: the first of these groups that is not empty in a row. */
  names: number[][];
  addresses: AddressColumn[];
  avatar?: number;
  /** Those with addresses of a second person in the same row, which are not read. */
  ofSecondPerson: number[];
  /** Those that are none of these, and not known to be somebody else's. */
  unrecognised: number[];
}

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

  const namedId = named('CSV_ID_COLUMN')?.[0];
  const id = namedId ?? first(ID_HEADERS);
  if (id === undefined) {
    throw new Problem(
      `has no column with IDs: Frontline finds the customer in your CRM by it. Export it with the ID of each customer, or name the column by CSV_ID_COLUMN in .env; there are: ${listHeaders(headers)}`,
    );
  }
  const nameOf = named('CSV_NAME_COLUMN');
  const group = (...columns: (number | undefined)[]) => columns.filter((column) => column !== undefined);
  const ofOthers = secondPerson(phrases, words);
  const firstPerson = [...headers.keys()].slice(0, ofOthers);
  const withRepeated = (column: number) => [
    ...new Set([column, ...firstPerson.filter((i) => headers[i] === headers[column])]),
  ];
  const phones = named('CSV_PHONE_COLUMN')
    ?.flatMap(withRepeated)
    .map((column) => ({
      column,
      type: kindOf(words[column]) ?? 'sms',
      labels: labelsOf(column, words),
    }));
  const emails = named('CSV_EMAIL_COLUMN')
    ?.flatMap(withRepeated)
    .map((column) => ({ column, type: 'email' as const, labels: labelsOf(column, words) }));
  const recognised = words.slice(0, ofOthers).flatMap((some, column) => {
    const type = ownKindOf(some);
    return type ? [{ column, type, labels: labelsOf(column, words) }] : [];
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
  const isOtherId = (column: number) => column !== id && ID_HEADERS.includes(phrases[column] ?? '');
  const otherIds = namedId === undefined ? [...headers.keys()].filter(isOtherId) : [];
  const deleted = first(['isdeleted']);
  return { headers, id, otherIds, deleted, names, addresses, avatar, ofSecondPerson, unrecognised };
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
