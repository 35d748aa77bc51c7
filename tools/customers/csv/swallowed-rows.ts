import { widthOf } from './alignment';
import type { Columns } from './columns';
import { looksLikeEmail, looksLikeId, looksLikeNumber } from './looks';

/**
 * Whether a quote that was left open in one row has been closed by one of another, so that both are read as one: the number
 * of the second would be that of the first.
 *
 * @param lines the cells of each line, as they are without quotes
 */
export function isSeveralRows(lines: string[][], columns: Columns): boolean {
  const width = widthOf(columns.headers);
  if (width < 2) return false;
  const isWhole = [lines.at(0), lines.at(-1)].every((cells = []) => cells.length >= width);
  return isWhole || lines.slice(1).some((cells) => isRow(cells, columns));
}

/** Whether a line begins like a row, however many cells at its end are left out. */
function isRow(cells: string[], { id, addresses }: Columns): boolean {
  const plain = cells.map((cell) => cell.replace(/["']/g, '').trim());
  const reach = Math.max(id, Math.min(...addresses.map(({ column }) => column)));
  const isLong = plain.length > reach && looksLikeId(plain[id] ?? '');
  return isLong && plain.some((cell) => looksLikeNumber(cell) || looksLikeEmail(cell));
}
