import { Problem } from '../../problem';

/** A row as it is written. */
export interface WrittenRow {
  number: number;
  lines: string[];
}

/**
 * Reads rows as they are written, some at a time: a quote that is open leads into the next line.
 *
 * @throws Problem if one is never closed
 */
export async function* readRecords(text: AsyncIterable<string>): AsyncGenerator<WrittenRow[]> {
  let number = 1;
  let lines: string[] = [];
  let isOpen = false;
  for await (const some of linesOf(text)) {
    const records: WrittenRow[] = [];
    for (const line of some) {
      lines.push(line);
      if (hasOddQuotes(line)) isOpen = !isOpen;
      if (isOpen) continue;
      records.push({ number, lines });
      number++;
      lines = [];
    }
    yield records;
  }
  if (isOpen) throw new Problem(`row ${number}: a quotation mark that is never closed`);
}

function hasOddQuotes(line: string): boolean {
  let isOdd = false;
  for (let i = line.indexOf('"'); i >= 0; i = line.indexOf('"', i + 1)) isOdd = !isOdd;
  return isOdd;
}

/** Lines, whichever ends they have: a file that was edited elsewhere has several kinds. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of text) {
    // Otherwise a long line would be searched anew for each chunk.
    if (!/[\r\n]/.test(chunk) && !rest.endsWith('\r')) {
      rest += chunk;
      continue;
    }
    const lines = `${rest}${chunk}`.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield lines;
  }
  const last = rest.replace(/\r$/, '');
  if (last) yield [last];
}
