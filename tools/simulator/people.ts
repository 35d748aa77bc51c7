import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder, COMPILED_CUSTOMERS } from '../build/built-folder';

/** A customer who may write. */
export interface Person {
  id: string;
  name: string;
  avatar?: string;
  /** Their addresses, by the keys of the compiled customers: phone numbers without a channel. */
  keys: string[];
}

type CompiledLine = [key: string, id: string | string[], name?: string | null, avatar?: string];

/** The customers of the build, by ID, with their addresses as the build has normalised them; none if they are elsewhere. */
export function readPeople(): Map<string, Person> {
  const byId = new Map<string, Person>();
  const compiled = join(builtFolder(), COMPILED_CUSTOMERS);
  if (!existsSync(compiled)) return byId;
  for (const [key, id, name, avatar] of JSON.parse(readFileSync(compiled, 'utf8')) as CompiledLine[]) {
    // An address that several customers have is nobody's.
    if (typeof id !== 'string') continue;
    const person = byId.get(id) ?? { id, name: name ?? id, avatar, keys: [] };
    person.keys.push(key);
    byId.set(id, person);
  }
  return byId;
}

const byNumber = new Intl.Collator('en', { numeric: true });

/** As people type it who look for somebody: in small letters, without accents. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
}

/** Those whose name, ID or address has all words of a query in it; the ones whose ID it is, or whose name begins with it, come first, each in the order of their IDs. */
export function findPeople(people: Iterable<Person>, query: string, max: number): Person[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  // Without the 0 that numbers begin with in their own country.
  const digits = query.replace(/\D/g, '').replace(/^0+/, '');
  const isNumber = digits.length > 2 && /^[\d\s+().:a-z-]*$/i.test(query) && !/[a-z]{2,}/i.test(query);
  const found: Person[] = [];
  for (const person of people) {
    const text = plain(`${person.name} ${person.id} ${person.keys.join(' ')}`);
    const isFound = words.every((word) => text.includes(word)) || (isNumber && text.includes(digits));
    if (isFound) found.push(person);
    if (found.length >= max * 10) break;
  }
  const begins = ({ id, name }: Person) =>
    Number(plain(id) === plain(query).trim() || plain(name).startsWith(plain(query)));
  return found.sort((a, b) => begins(b) - begins(a) || byNumber.compare(a.id, b.id)).slice(0, max);
}
