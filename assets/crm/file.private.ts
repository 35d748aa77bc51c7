/**
 * The embedded default: the customers of `assets/customers.private.json`. `npm run build` has compiled them into
 * a JSON array with one line for each address, sorted, so that a look-up reads a few kilobytes of it, however
 * many customers there are.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Address } from '../address.private';
import type { Customer } from '../crm.private';

const OPENING = '[\n';
const CLOSING = '\n]\n';
const NEW_LINE = '\n'.charCodeAt(0);
/** How much is read to either side of a place to find its line, at first: longer than most lines. */
const REACH_BYTES = 512;

/** @throws Error if the compiled customers are missing or damaged */
export async function findCustomer(address: Address): Promise<Customer | undefined> {
  const asset = Runtime.getAssets()['/customers.json'];
  if (!asset) throw new Error('customers.private.json is missing: run npm run build and deploy again');
  const file = openSync(asset.path, 'r');
  try {
    return search(file, address.key);
  } finally {
    closeSync(file);
  }
}

/** Halves the lines between the brackets until the one that starts with the key is left. */
function search(file: number, key: string): Customer | undefined {
  const { size } = fstatSync(file);
  const start = read(file, 0, OPENING.length).toString();
  const end = read(file, size - CLOSING.length, size).toString();
  if (start !== OPENING || end !== CLOSING) throw damaged();
  let low = OPENING.length;
  let high = size - ']\n'.length;
  while (low < high) {
    const line = lineAt(file, Math.floor((low + high) / 2), low, high);
    const [lineKey, customer_id, display_name, avatar] = parseLine(line.text);
    if (lineKey === key) return { customer_id, display_name, avatar };
    if (lineKey < key) low = line.end;
    else high = line.start;
  }
  return undefined;
}

/** The line that the byte at `place` belongs to; `low` and `high` are the start of a line and the end of one. */
function lineAt(file: number, place: number, low: number, high: number) {
  for (let reach = REACH_BYTES; ; reach *= 2) {
    const from = Math.max(low, place - reach);
    const to = Math.min(high, place + reach);
    const bytes = read(file, from, to);
    const start = bytes.subarray(0, place - from).lastIndexOf(NEW_LINE) + 1;
    const end = bytes.indexOf(NEW_LINE, place - from) + 1;
    if ((start > 0 || from === low) && end > 0) {
      return { start: from + start, end: from + end, text: bytes.toString('utf8', start, end) };
    }
    if (from === low && to === high) throw damaged();
  }
}

type CompiledLine = [key: string, customer_id: string, display_name?: string | null, avatar?: string];

function parseLine(line: string): CompiledLine {
  try {
    const fields = JSON.parse(line.trimEnd().replace(/,$/, ''));
    if (typeof fields[0] === 'string' && typeof fields[1] === 'string') return fields;
  } catch {}
  throw damaged();
}

function read(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, Math.max(0, from)));
}

function damaged(): Error {
  return new Error('the compiled customers are damaged: run npm run build and deploy again');
}
