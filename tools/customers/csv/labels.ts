import { kindOf, VALUE } from './headers';

/** What says whose an address is, in a word: notes are about more than that. */
const LABEL = /^(label|type|typ|tipo|kind|art)$/;

/**
 * The columns that say whose the addresses of another are: `Phone 1 - Label` in exports of Google Contacts, `Phone Type 2` of
 * `Phone Number 2`. Of as many with the same header as there are with addresses, each has its own.
 *
 * @param words of all headers
 */
export function labelsOf(column: number, words: string[][]): number[] {
  const header = words[column] ?? [];
  const columns = [...words.keys()];
  const what = without([VALUE], header);
  const labels = columns.filter((i) => isLabelOf(header, words[i] ?? []));
  const alike = columns.filter((i) => without([VALUE], words[i] ?? []) === what);
  const headerOf = (i: number) => words[i]?.join(' ');
  return labels.filter((label) => {
    const same = labels.filter((i) => headerOf(i) === headerOf(label));
    return same.length !== alike.length || same.indexOf(label) === alike.indexOf(column);
  });
}

function isLabelOf(header: string[], words: string[]): boolean {
  // However they are put together: phonetype, Phone1Type.
  const phrase = header.join('').replace(/value$/, '');
  if (['label', 'type'].some((end) => words.join('') === `${phrase}${end}`)) return true;
  if (!kindOf(header) || !words.some((word) => LABEL.test(word))) return false;
  return without([VALUE, LABEL], words) === without([VALUE], header);
}

/** The other words of a header, in an order of their own. */
function without(kinds: RegExp[], words: string[]): string {
  return words
    .filter((word) => !kinds.some((kind) => kind.test(word)))
    .sort()
    .join(' ');
}
