import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readRows } from '../../../../tools/customers/csv/rows';

const folder = mkdtempSync(join(tmpdir(), 'rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cellsIn = async (content: string) => {
  const file = join(folder, 'customers.csv');
  writeFileSync(file, content);
  const cells: (string[] | undefined)[] = [];
  for await (const rows of readRows(file, { name: 'utf-8' })) {
    cells.push(...rows.map(({ cells, problem }) => (problem ? undefined : cells.map((cell) => cell.trim()))));
  }
  return cells;
};
/** The cells of one row as csv-parse reads them; `undefined` if it refuses its quotes. */
const cellsOf = (line: string, delimiter: string): string[] | undefined => {
  try {
    const [cells] = parse(line, { delimiter, relax_column_count: true, trim: true }) as string[][];
    return (cells ?? ['']).map((cell) => cell.trim());
  } catch {
    return undefined;
  }
};

test('a row is read as csv-parse reads it, whatever stands beside it', async () => {
  const part = fc.constantFrom('"', '""', 'DELIMITER', '"DELIMITER"', ' ', 'a', 'é', "'", '=');
  // A quote that is open leads into the next line, whose row is no longer one of its own.
  const line = fc
    .array(part, { maxLength: 12 })
    .map((parts) => parts.join(''))
    .filter((text) => text.split('"').length % 2 === 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(',', ';', '\t', '|'),
      async (lines, delimiter) => {
        const rows = ['ID,Name,Phone', ...lines, 'end,,'].map((text) =>
          text.replaceAll('DELIMITER', ',').replaceAll(',', delimiter),
        );
        expect(await cellsIn(rows.join('\n'))).toEqual(rows.map((row) => cellsOf(row, delimiter)));
      },
    ),
    { numRuns: 200 },
  );
}, 30_000);
