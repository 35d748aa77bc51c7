import { CsvError, type Options, parse } from 'csv-parse/sync';
import { Problem } from '../../problem';
import { readRecords, type WrittenRow } from './records';
import { type Encoding, textOf } from './text';

/** What is between the cells: of CSV, of Excel where the comma is the decimal sign, of "Unicode Text", of some databases. */
const DELIMITERS = [',', ';', '\t', '|'];
/** What Excel puts before the headers to name the delimiter. */
const SEPARATOR_LINE = /^sep=(.?)$/i;
const LINE_ENDS = ['\r\n', '\n', '\r'];
const HEAD_CHARACTERS = 64 * 1024;

/** A row of a table. */
export interface Row {
  /** As a spreadsheet counts it: the headers are in row 1. */
  number: number;
  /** Empty if there is a problem. */
  cells: string[];
  /** Why it cannot be read. */
  problem?: string;
  /** The cells of each line, as they are without quotes, if there are several lines. */
  lines?: string[][];
}

const NOT_MATCHING = 'quotation marks that do not match';

/**
 * Reads the rows of a CSV file, the headers among them, some at a time. Quotes are read strictly: read loosely, a quote that
 * is left open would lead the number of one customer into the row of another.
 *
 * @throws Problem if quotes that do not match are in several lines: whose rows they are is unknown
 */
export async function* readRows(file: string, encoding: Encoding): AsyncGenerator<Row[]> {
  const delimiter = delimiterOf(await headOf(file, encoding));
  for await (const records of readRecords(textOf(file, encoding))) {
    const cellsOf = parseAll(records, delimiter);
    yield records.flatMap(({ number, lines }, i): Row | [] => {
      const cells = cellsOf[i];
      if (!cells) return { number, cells: [], problem: NOT_MATCHING };
      if (number === 1 && SEPARATOR_LINE.test(lines[0] ?? '')) return [];
      if (lines.length === 1) return { number, cells };
      return { number, cells, lines: lines.map((line) => line.split(delimiter)) };
    });
  }
}

/** The cells of each record; `undefined` if its quotes do not match. */
function parseAll(records: WrittenRow[], delimiter: string): (string[] | undefined)[] {
  const texts = records.map(({ lines }) => lines.join('\n'));
  const plain = texts.map((text) => plainCells(text, delimiter));
  const rest = texts.filter((_text, i) => !plain[i]);
  // Parsed together, they take a fraction of the time; who spoils it is found one by one.
  const together = parseRows(rest, delimiter)?.values();
  return plain.map((cells, i) => {
    if (cells) return cells;
    if (together) return together.next().value ?? undefined;
    const [alone] = parseRows([texts[i] ?? ''], delimiter) ?? [];
    const { number, lines } = records[i] as WrittenRow;
    if (alone || lines.length === 1) return alone;
    throw new Problem(
      `row ${number}: ${NOT_MATCHING}, over ${lines.length} lines: fix them, so that no other row is lost`,
    );
  });
}

/** The cells of a row of which none, or each as a whole, is in quotes; `undefined` if there is more to it. */
function plainCells(text: string, delimiter: string): string[] | undefined {
  if (!text.includes('"')) return text.split(delimiter).map((cell) => cell.trim());
  if (!text.startsWith('"') || !text.endsWith('"')) return undefined;
  const cells = text.slice(1, -1).split(`"${delimiter}"`);
  return cells.some((cell) => cell.includes('"')) ? undefined : cells;
}

/** The cells of each text; `undefined` if one of them is not one row. */
function parseRows(texts: string[], delimiter: string): string[][] | undefined {
  try {
    const rows = parse(texts.join('\n'), optionsFor(delimiter));
    return rows.length === texts.length ? rows : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

function optionsFor(delimiter: string): Options {
  // Reports end with rows of one cell; Excel leaves out empty cells at the end of a row.
  return { delimiter, relax_column_count: true, trim: true, record_delimiter: LINE_ENDS };
}

async function headOf(file: string, encoding: Encoding): Promise<string> {
  let head = '';
  for await (const text of textOf(file, encoding)) {
    head += text;
    if (head.length > HEAD_CHARACTERS) break;
  }
  return head;
}

/** The delimiter that Excel's first line names (`sep=;`), or that makes the most cells of the headers. */
function delimiterOf(head: string): string {
  const [, named] = SEPARATOR_LINE.exec(head.split(/[\r\n]/, 1)[0] ?? '') ?? [];
  if (named) return named;
  const cellsWith = (delimiter: string) => {
    try {
      return parse(head, { ...optionsFor(delimiter), skip_empty_lines: true, to: 1 })[0]?.length ?? 0;
    } catch {
      return 0;
    }
  };
  const counts = DELIMITERS.map(cellsWith);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}
