/** What compiling an export takes beside compiling the same customers in JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTable } from '../measurements';
import { numberOf } from './customers';
import { processResult } from './process-result';
import { count, median, megabytes } from './statistics';

/** What a process of compile-process.ts reports. */
export interface CompileResult {
  addresses: number;
  /** Time on the processor, of all threads. */
  cpuSeconds: number;
  /** The most memory that it had, in bytes. */
  rss: number;
}

const KINDS = ['csv', 'json'] as const;
const RUNS = 3;

/** Measures both in turn, each in a process of its own, and writes the table. */
export async function benchCompile(isShort: boolean) {
  const size = isShort ? 1_000 : 100_000;
  const folder = mkdtempSync(join(tmpdir(), 'bench-compile-'));
  const rows: string[][] = [];
  for (const [name, write] of [
    ['in E.164', (number: string) => number],
    ['as people write them', asPeopleWrite],
  ] as const) {
    const files = writeBoth(folder, size, write);
    const results: Record<'csv' | 'json', CompileResult[]> = { csv: [], json: [] };
    for (let run = 0; run < RUNS; run++) {
      for (const kind of KINDS) results[kind].push(await compileInProcess(files[kind]));
    }
    const counts = new Set([...results.csv, ...results.json].map(({ addresses }) => addresses));
    if (counts.size > 1) throw new Error(`not the same addresses: ${[...counts].join(', ')}`);
    rows.push([
      `${count(size)}, numbers ${name}`,
      ...KINDS.map((kind) => `${median(results[kind].map(({ cpuSeconds }) => cpuSeconds)).toFixed(1)} s`),
      ...KINDS.map((kind) => megabytes(median(results[kind].map(({ rss }) => rss)))),
    ]);
  }
  rmSync(folder, { recursive: true });
  const header = ['customers', 'CSV: time', 'JSON: time', 'CSV: memory', 'JSON: memory'];
  writeTable('compile', header, rows, isShort);
}

/** Writes customers of two numbers and an e-mail address each, as an export with quotes and as JSON. */
function writeBoth(folder: string, size: number, write: (number: string) => string) {
  const people = Array.from({ length: size }, (_, i) => ({
    id: `${10_000_000 + i}`,
    names: ['Customer', `Number ${i}`],
    numbers: [write(numberOf(i)), write(numberOf(size + i))],
    email: `customer-${i}@example.com`,
  }));
  const files = { csv: join(folder, 'customers.csv'), json: join(folder, 'customers.json') };
  const headers = ['Record ID', 'First Name', 'Last Name', 'Phone Number', 'Mobile Phone Number', 'Email'];
  const table = [
    headers,
    ...people.map(({ id, names, numbers, email }) => [id, ...names, ...numbers, email]),
  ];
  writeFileSync(files.csv, table.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\r\n'));
  const customers = people.map(({ id, names, numbers, email }) => ({
    customer_id: id,
    display_name: names.join(' '),
    channels: [...numbers.map((value) => ({ type: 'sms', value })), { type: 'email', value: email }],
  }));
  writeFileSync(files.json, JSON.stringify(customers));
  return files;
}

/** `(415) 555-0147` */
function asPeopleWrite(number: string): string {
  return number.replace(/^\+1(...)(...)(....)$/, '($1) $2-$3');
}

function compileInProcess(file: string): Promise<CompileResult> {
  return processResult('compile-process.ts', file, { execArgv: ['--require', 'tsx/cjs'] });
}

if (require.main === module) void benchCompile(process.argv.includes('--short'));
