/** What a cell looks like, whatever its header says. */

/** A number as few other things are written: with a plus, a zero or a parenthesis before it, or in groups as in North America. */
const NUMBER = /^(tel:)?((\+|\(|0)[\d\s()./\p{Pd}]{7,20}|(1[-. ])?\d{3}[-. ]\d{3}[-. ]\d{4})$/iu;
const DATE = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$/;
const EMAIL = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/;

/** With a digit, and no spaces: no word of a note, of a street or of a footer. */
const ID = /^\S*\d\S*$/;

/** Whether a cell is a phone number; no date, no amount. */
export function looksLikeNumber(cell: string): boolean {
  return NUMBER.test(cell) && !DATE.test(cell);
}

/** Whether a cell is an e-mail address. */
export function looksLikeEmail(cell: string): boolean {
  return EMAIL.test(cell);
}

/** Whether a cell is an ID, rather than words. */
export function looksLikeId(cell: string): boolean {
  return ID.test(cell);
}
