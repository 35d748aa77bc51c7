import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { type CsvError, type Info, type Options, parse } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { Problem } from '../../problem';

/** What is between the cells: of CSV, of Excel where the comma is the decimal sign, of "Unicode Text", of some databases. */
const DELIMITERS = [',', ';', '\t', '|'];
/** What Excel puts before the headers to name the delimiter. */
const SEPARATOR_LINE = /^sep=(.?)$/im;
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
 * @throws Problem if a quote is never closed
 */
export async function* readRows(file: string, onUnreadable: (place: string) => void): AsyncGenerator<Row> {
  const encoding = await encodingOf(file);
  const delimiter = delimiterOf(await headOf(file, encoding));
  /** For each row that cannot be read, how many have been read before it. The parser is ahead of whoever takes the rows. */
  const unreadable: number[] = [];
  let lastLine = 0;
  let isUnclosed = false;
  const rows = pipeline(
    bytesOf(file, encoding),
    parse({
      ...optionsFor(delimiter),
      skip_records_with_error: true,
      on_skip(error) {
        const { code, lines, records } = error as CsvError & Info;
        if (code === 'CSV_QUOTE_NOT_CLOSED') isUnclosed = true;
        // There may be several errors in a line.
        else if (lines > lastLine) {
          lastLine = lines;
          unreadable.push(records);
          onUnreadable(`row ${records + unreadable.length}`);
        }
      },
    }),
    // An error of the file ends the loop below with it.
    () => undefined,
  );
  let read = 0;
  let skipped = 0;
  for await (const cells of rows as AsyncIterable<string[]>) {
    while ((unreadable[skipped] ?? read + 1) <= read) skipped++;
    read++;
    const number = read + skipped;
    if (number > 1 || !SEPARATOR_LINE.test(cells.join(''))) yield { number, cells };
  }
  if (isUnclosed) {
    throw new Problem(`has a quotation mark after row ${read + unreadable.length} that is never closed`);
  }
}

function optionsFor(delimiter: string): Options {
  // Reports end with rows of one cell; Excel leaves out empty cells at the end of a row.
  return { delimiter, relax_column_count: true, trim: true, bom: true };
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

/** The file in UTF-8. */
function bytesOf(file: string, encoding: string): Readable {
  if (encoding === 'utf-8') return createReadStream(file);
  async function* decode() {
    const decoder = new TextDecoder(encoding);
    for await (const chunk of createReadStream(file)) {
      // As a stream also because Node otherwise reads Windows-1252 as Latin-1: https://github.com/nodejs/node/issues/56542
      const text = decoder.decode(chunk as Buffer, { stream: true });
      if (text) yield text;
    }
  }
  return Readable.from(decode());
}

async function headOf(file: string, encoding: string): Promise<string> {
  let head = '';
  for await (const bytes of bytesOf(file, encoding)) {
    head += bytes;
    if (head.length > HEAD_CHARACTERS) break;
  }
  return head;
}

/** The delimiter that Excel's first line names (`sep=;`), or that makes the most cells of the headers. */
function delimiterOf(head: string): string {
  const [, named] = SEPARATOR_LINE.exec(head.replace('\uFEFF', '').split(/\r?\n/, 1)[0] ?? '') ?? [];
  if (named) return named;
  const cellsWith = (delimiter: string) => {
    try {
      return parseSync(head, { ...optionsFor(delimiter), skip_empty_lines: true, to: 1 })[0]?.length ?? 0;
    } catch {
      return 0;
    }
  };
  const counts = DELIMITERS.map(cellsWith);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}
