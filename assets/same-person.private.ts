/** Whether names are of one person. It is loaded when several records of one customer are found. */

/** As much of a name as is compared. */
const NAME_MAX_LENGTH = 256;

/**
 * Whether all these names may be those of one person, however they are written: one of them has the words of all others, or
 * all others have those of one, if that is more than a first name.
 */
export function isOnePerson(names: string[]): boolean {
  const words = names.map(wordsOfName);
  const all = new Set(words.flatMap((some) => [...some]));
  const isInAll = (some: Set<string>) => words.every((other) => [...some].every((word) => other.has(word)));
  return words.some((some) => some.size === all.size || (some.size > 1 && isInAll(some)));
}

/** Without accents, case and what is between words: `José M. Peña` has those of `PENA, Jose`. */
function wordsOfName(name: string): Set<string> {
  const plain = name.slice(0, NAME_MAX_LENGTH).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return new Set(plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean));
}
