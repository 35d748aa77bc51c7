import { Problem } from '../../problem';
import { isKnownHeader } from './headers';
import { type CsvSettings, isAnyNamed } from './named-columns';

/** A number or an e-mail address, where a header should be. */
const NO_HEADER = /^\S+@\S+\.\S+$|^([a-z]+:)?\s*\+?[\d\s()./\p{Pd}]{7,}(x\d+)?$/iu;
/** Quotation marks that are none in CSV. */
const OTHER_QUOTES = /^['‘’‚‹“”„«].*['‘’‚›“”„»]$/;

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

/** Refuses a row of data in place of the headers. Nothing of it is told: it may be that of a customer. @throws Problem */
export function refuseNoHeaders(headers: string[], words: string[][], settings: CsvSettings) {
  const isValue = headers.some((header) => NO_HEADER.test(header));
  if (!isValue && (isAnyNamed(settings, headers) || words.some(isKnownHeader))) return;
  const remedy = isValue
    ? ''
    : '. If it does so in other words, name them by CSV_ID_COLUMN, CSV_NAME_COLUMN and CSV_PHONE_COLUMN in .env';
  throw new Problem(
    `has no headers${isValue ? '' : ' that are known'}: the first row has to name the columns, such as ID, Name, Phone, Email${remedy}`,
  );
}
