import { FIRST_NAME_HEADERS, FULL_NAME_HEADERS, ID_HEADERS, LAST_NAME_HEADERS, ownKindOf } from './headers';

const NAMES = new Set([FULL_NAME_HEADERS, FIRST_NAME_HEADERS, LAST_NAME_HEADERS, ID_HEADERS].flat());

/**
 * Where the columns of a second person begin, if a row has several: `ID, Name, Phone, Name, Phone`, or `… Name 2, Phone 2`.
 * Without an address before it, `Name 2` is the rest of a long name, as in Business Central.
 */
export function secondPerson(phrases: string[], words: string[][]): number | undefined {
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
