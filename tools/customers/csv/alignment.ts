import { isNoValue } from '../../../assets/no-value.private';
import { hasDigitsOfNumber } from '../../../assets/phone-numbers.private';
import { Problem } from '../../problem';
import { isShortened } from '../address-key';
import type { Columns } from './columns';
import { isOthers, kindOf, wordsOf } from './headers';
import { looksLikeEmail, looksLikeNumber } from './looks';
import type { Row } from './rows';

const TOO_LONG = 'more cells than there are headers, so they may be shifted';
const TOO_SHORT =
  'fewer cells than there are headers, and some are not below their own, so they may be shifted';

/** A row whose cells are not below their headers, and why that is likely. */
export interface ShiftedRow {
  row: Row;
  shifted?: string;
}

/** Tells rows whose cells are below their headers from those whose cells may be shifted. */
export class Alignment {
  /** Rows that have all as many cells too many: at the end of the file, it is known whether all rows are like them. */
  private held: Row[] = [];
  private hasOthers = false;
  private readonly width: number;
  private readonly own: Map<number, string>;

  constructor(private readonly columns: Columns) {
    this.width = widthOf(columns.headers);
    this.own = new Map(columns.addresses.map(({ column, type }) => [column, type]));
  }

  /** @returns the rows about which it is known by now: the row, and those before it that had to wait */
  take(row: Row): ShiftedRow[] {
    const surplus = row.cells.length - this.columns.headers.length;
    const [{ cells: before } = row] = this.held;
    if (surplus > 0 && !this.hasOthers && before.length === row.cells.length) {
      this.held.push(row);
      return [];
    }
    this.hasOthers = true;
    const waiting = this.held.map((one) => ({ row: one, shifted: TOO_LONG }));
    this.held = [];
    return [...waiting, { row, shifted: this.problemOf(row.cells) }];
  }

  /**
   * @returns the rows that are left at the end of the file
   * @throws Problem if each row has a cell for which there is no header
   */
  end(): ShiftedRow[] {
    const { length } = this.columns.headers;
    const isEmpty = this.held.every(({ cells }) => !cells.slice(length).some(Boolean));
    const isNumbered = this.held.every(({ cells }, i) => cells[0] === String(i + 1));
    const isOneMore = this.held[0]?.cells.length === length + 1;
    if (this.held.length > 1 && isOneMore && (isNumbered || !isEmpty)) {
      throw new Problem(
        'each row has one cell more than there are headers, as write.table of R writes it: write it with row.names = FALSE, or put a header before the others',
      );
    }
    const isOne = this.held.length === 1;
    return this.held.map((row) => ({ row, shifted: isEmpty && !isOne ? undefined : TOO_LONG }));
  }

  private problemOf(cells: string[]): string | undefined {
    if (cells.length > this.columns.headers.length || cells.slice(this.width).some(Boolean)) return TOO_LONG;
    if (cells.length >= this.width) return undefined;
    return cells.every((cell, column) => this.isInPlace(cell, column)) ? undefined : TOO_SHORT;
  }

  /** Whether a cell of a short row is what its header says: spreadsheets leave out empty cells at the end of rows. */
  private isInPlace(cell: string, column: number): boolean {
    if (!cell || isNoValue(cell)) return true;
    const type = this.own.get(column);
    if (type === 'email') return cell.includes('@');
    if (type) return hasDigitsOfNumber(cell) || isShortened(cell);
    if (column === this.columns.id) return true;
    const words = wordsOf(this.columns.headers[column] ?? '');
    const isOfAddresses = kindOf(words) !== undefined || words.includes('fax');
    if (isOfAddresses) return !isOthers(words) || /\d|@/.test(cell);
    return !looksLikeNumber(cell) && !looksLikeEmail(cell);
  }
}

/** How many columns have headers: some programs write empty ones after them. */
export function widthOf(headers: string[]): number {
  return headers.findLastIndex(Boolean) + 1;
}
