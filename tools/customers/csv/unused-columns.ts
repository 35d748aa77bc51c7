import type { Findings } from '../findings';
import type { Columns } from './columns';
import { shorten } from './headers';

/** A number as few other things are written: with a plus, a zero or a parenthesis before it; no date, no amount. */
const NUMBER = /^(tel:)?(\+|\(|0)[\d\s()./\p{Pd}]{7,20}$/iu;
const DATE = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$/;

/** Counts the phone numbers in columns that are not read, so that none is dropped without a word. */
export class UnusedColumns {
  private readonly counts: { column: number; filled: number; numbers: number }[];

  constructor(private readonly columns: Columns) {
    this.counts = columns.unrecognised.map((column) => ({ column, filled: 0, numbers: 0 }));
  }

  see(cells: string[]) {
    const isShifted = cells.slice(this.columns.headers.length).some(Boolean);
    if (isShifted) return;
    for (const count of this.counts) {
      const cell = cells[count.column];
      if (!cell) continue;
      count.filled++;
      if (NUMBER.test(cell) && !DATE.test(cell)) count.numbers++;
    }
  }

  /** Tells by their headers the columns most of whose cells are phone numbers. */
  report(findings: Findings) {
    for (const { column, filled, numbers } of this.counts) {
      if (numbers * 2 <= filled) continue;
      const header = shorten(this.columns.headers[column] ?? '') || `(column ${column + 1})`;
      const reason =
        'most cells look like phone numbers, and are not read: add the header to CSV_PHONE_COLUMN in .env if they are customers’ own';
      findings.add('columns to look at', reason, header);
    }
  }
}
