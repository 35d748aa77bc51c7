import { createReadStream } from 'node:fs';
import { CsvError, type Options, parse } from 'csv-parse/sync';
import { Problem } from '../../problem';

/** What is between the cells: of CSV, of Excel where the comma is the decimal sign, of "Unicode Text", of some databases. */
const DELIMITERS = [',', ';', '\t', '|'];
/** What Excel puts before the headers to name the delimiter. */
const SEPARATOR_LINE = /^sep=(.?)$/im;
const LINE_ENDS = ['\r\n', '\n', '\r'];
const HEAD_CHARACTERS = 64 * 1024;

/** A row of a table. */
export interface Row {
  /** As a spreadsheet counts it: the headers are in row 1. */
  number: number;
  cells: string[];
}

/**
 * Reads the rows of a CSV file one by one, the headers among them. Quotes are read strictly: read loosely, a quote that is
 * left open would lead the number of one customer into the row of another.
 *
 * @param onUnreadable is called for each row whose quotes do not match
 * @throws Problem if quotes that do not match are in several lines: whose rows they are is unknown
 */
export async function* readRows(file: string, onUnreadable: (place: string) => void): AsyncGenerator<Row> {
  const encoding = await encodingOf(file);
  const delimiter = delimiterOf(await headOf(file, encoding));
  let number = 1;
  let record = '';
  let lines = 0;
  let isOpen = false;
  for await (const line of linesOf(textOf(file, encoding))) {
    record = lines > 0 ? `${record}\n${line}` : line;
    lines++;
    if (hasOddQuotes(line)) isOpen = !isOpen;
    if (isOpen) continue;
    const cells = cellsOf(record, delimiter);
    if (!cells && lines > 1) {
      throw new Problem(
        `row ${number}: quotation marks that do not match, over ${lines} lines: mend them, so that no other row is lost`,
      );
    }
    if (!cells) onUnreadable(`row ${number}`);
    else if (number > 1 || !SEPARATOR_LINE.test(record)) yield { number, cells };
    number++;
    lines = 0;
  }
  if (isOpen) throw new Problem(`row ${number}: a quotation mark that is never closed`);
}

/** The cells of a row; `undefined` if its quotes do not match. */
function cellsOf(record: string, delimiter: string): string[] | undefined {
  if (!record.includes('"')) return record.split(delimiter).map((cell) => cell.trim());
  try {
    const [cells, ...others] = parse(record, optionsFor(delimiter));
    return others.length > 0 ? undefined : cells;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

function hasOddQuotes(line: string): boolean {
  return (line.split('"').length - 1) % 2 === 1;
}

/** Lines, whichever ends they have: a file that was edited elsewhere has several kinds. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    // Otherwise a long line would be searched anew for each chunk.
    if (!/[\r\n]/.test(chunk) && !rest.endsWith('\r')) {
      rest += chunk;
      continue;
    }
    const lines = `${rest}${chunk}`.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  const last = rest.replace(/\r$/, '');
  if (last) yield last;
}

function optionsFor(delimiter: string): Options {
  // Reports end with rows of one cell; Excel leaves out empty cells at the end of a row.
  return { delimiter, relax_column_count: true, trim: true, record_delimiter: LINE_ENDS };
}

/** UTF-16 says so by its first bytes. What is not UTF-8 is Windows-1252, in which Excel saves where Windows is in English. */
async function encodingOf(file: string): Promise<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      if (isFirst && chunk[0] === 0xff && chunk[1] === 0xfe) return 'utf-16le';
      if (isFirst && chunk[0] === 0xfe && chunk[1] === 0xff) return 'utf-16be';
      isFirst = false;
      utf8.decode(chunk, { stream: true });
    }
    utf8.decode();
    return 'utf-8';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'windows-1252';
    throw error;
  }
}

async function* textOf(file: string, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of createReadStream(file)) {
    // As a stream also because Node otherwise reads Windows-1252 as Latin-1: https://github.com/nodejs/node/issues/56542
    const text = decoder.decode(chunk as Buffer, { stream: true });
    if (text) yield text;
  }
}

async function headOf(file: string, encoding: string): Promise<string> {
  let head = '';
  for await (const text of textOf(file, encoding)) {
    head += text;
    if (head.length > HEAD_CHARACTERS) break;
  }
  return head;
}

/** The delimiter that Excel's first line names (`sep=;`), or that makes the most cells of the headers. */
function delimiterOf(head: string): string {
  const [, named] = SEPARATOR_LINE.exec(head.replace('\uFEFF', '').split(/[\r\n]/, 1)[0] ?? '') ?? [];
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
