/**
 * The embedded default: the customers of `assets/customers.private.json`. `npm run build` has compiled them into
 * a JSON array with one line for each address, sorted. A small file is kept in memory; of a large one, a look-up reads a
 * few kilobytes, however many customers there are.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Address } from '../address.private';
import type { Customer } from '../crm.private';

const OPENING = '[\n';
const CLOSING = '\n]\n';
const NEW_LINE = '\n'.charCodeAt(0);
/** How much is read to either side of a place to find its line, at first: longer than most lines. */
const REACH_BYTES = 512;
/** Some hundred customers: reading them all at once costs the first answer no more than searching them. */
const KEPT_MAX_BYTES = 32 * 1024;

/** A line: who has the address, or the IDs of several who have it. */
type CompiledLine = [
  key: string,
  customer_id: string | string[],
  display_name?: string | null,
  avatar?: string,
];

/** The small file that was read last. A deployed Asset never changes; what is served locally has a path of its own. */
let kept: { path: string; lines: Map<string, CompiledLine> } | undefined;

/** @throws Error if the compiled customers are missing or damaged */
export async function findCustomer(address: Address): Promise<Customer | Customer[] | undefined> {
  const asset = Runtime.getAssets()['/customers.json'];
  if (!asset) throw new Error('customers.private.json is missing: run npm run build and deploy again');
  const line = kept?.path === asset.path ? kept.lines.get(address.key) : lookUp(asset.path, address.key);
  if (!line) return undefined;
  const [, customer_id, display_name, avatar] = line;
  if (typeof customer_id === 'string') return { customer_id, display_name, avatar };
  return customer_id.map((id) => ({ customer_id: id }));
}

function lookUp(path: string, key: string): CompiledLine | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > KEPT_MAX_BYTES) return search(file, size, key);
    const lines = parse(readFileSync(file, 'utf8'));
    if (!Array.isArray(lines)) throw damaged();
    kept = { path, lines: new Map(lines.map(checkLine).map((line) => [line[0], line])) };
    return kept.lines.get(key);
  } finally {
    closeSync(file);
  }
}

/** Halves the lines between the brackets until the one that starts with the key is left. */
function search(file: number, size: number, key: string): CompiledLine | undefined {
  const start = read(file, 0, OPENING.length).toString();
  const end = read(file, size - CLOSING.length, size).toString();
  if (start !== OPENING || end !== CLOSING) throw damaged();
  let low = OPENING.length;
  let high = size - ']\n'.length;
  while (low < high) {
    const { text, ...place } = lineAt(file, Math.floor((low + high) / 2), low, high);
    const line = checkLine(parse(text.trimEnd().replace(/,$/, '')));
    if (line[0] === key) return line;
    if (line[0] < key) low = place.end;
    else high = place.start;
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

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw damaged();
  }
}

function checkLine(line: unknown): CompiledLine {
  const [key, id] = Array.isArray(line) ? line : [];
  if (typeof key === 'string' && (typeof id === 'string' || Array.isArray(id))) return line as CompiledLine;
  throw damaged();
}

function read(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, Math.max(0, from)));
}

function damaged(): Error {
  return new Error('the compiled customers are damaged: run npm run build and deploy again');
}
