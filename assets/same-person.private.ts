/** Whether names are of one person. It is loaded when several records of one customer are found. */

/** As much of a name as is compared. */
const NAME_MAX_LENGTH = 256;

/** Whether two names may be those of one person: the words of one are in the other, however they are written. */
export function isSamePerson(one: string, other: string): boolean {
  const [fewer = [], more = []] = [one, other].map(wordsOfName).sort((a, b) => a.length - b.length);
  return fewer.every((word) => more.includes(word));
}

/** Without accents, case and what is between words: `José M. Peña` has those of `PENA, Jose`. */
function wordsOfName(name: string): string[] {
  const plain = name.slice(0, NAME_MAX_LENGTH).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
