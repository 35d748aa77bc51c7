import type { Findings } from '../findings';
import type { Columns } from './columns';
import { listHeaders, shorten } from './headers';
import { looksLikeEmail, looksLikeNumber } from './looks';

/** Counts the phone numbers and e-mail addresses in columns that are not read, so that none is dropped without a word. */
export class UnusedColumns {
  private readonly counts: { column: number; filled: number; numbers: number; emails: number }[];

  constructor(private readonly columns: Columns) {
    this.counts = columns.unrecognised.map((column) => ({ column, filled: 0, numbers: 0, emails: 0 }));
  }

  see(cells: string[]) {
    for (const count of this.counts) {
      const cell = cells[count.column];
      if (!cell) continue;
      count.filled++;
      if (looksLikeNumber(cell)) count.numbers++;
      else if (looksLikeEmail(cell)) count.emails++;
    }
  }

  /** Tells by their headers the columns most of whose cells are phone numbers, or e-mail addresses, and those of a second person. */
  report(findings: Findings) {
    const { addresses, headers, ofSecondPerson } = this.columns;
    const read = (isEmail: boolean) =>
      addresses.flatMap(({ column, type }) =>
        (type === 'email') === isEmail ? shorten(headers[column] ?? '') : [],
      );
    const nameOf = ({ column }: { column: number }) =>
      shorten(headers[column] ?? '') || `(column ${column + 1})`;
    const look = (what: string, variable: string, isEmail: boolean) => {
      const unread = this.counts
        .filter(({ filled, numbers, emails }) => (isEmail ? emails : numbers) * 2 > filled)
        .map(nameOf);
      // As they can be pasted: those without a header, or with a long one, cannot.
      const named = new Set([...read(isEmail), ...unread].filter((header) => headers.includes(header)));
      const all = [...named].join(', ') || '…';
      const reason = `most cells look like ${what}, and are not read: if they are customers’ own, name all such columns in .env, such as ${variable}=${all}`;
      for (const header of unread) findings.add('columns to look at', reason, header);
    };
    look('phone numbers', 'CSV_PHONE_COLUMN', false);
    look('e-mail addresses', 'CSV_EMAIL_COLUMN', true);
    for (const column of ofSecondPerson) {
      const reason = 'of a second person in a row, so that they are not read';
      findings.add('columns to look at', reason, listHeaders([headers[column] ?? '']));
    }
  }
}
