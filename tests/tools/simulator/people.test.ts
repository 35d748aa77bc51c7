import { findPeople, type Person } from '../../../tools/simulator/people';

const people: Person[] = Array.from({ length: 5000 }, (_, i) => ({
  id: `C-${i}`,
  name: i === 4711 ? 'Ada Okafor' : `Customer ${i}`,
  keys: [`+1415${2_000_000 + i}`, `email:c${i}@example.com`],
}));
const find = (query: string, max = 20) => findPeople(people, query, max).map(({ id }) => id);

test.each([
  ['the beginning of a name', 'ada'],
  ['words of a name in any order', 'okafor ADA'],
  ['an ID', 'c-4711'],
  ['a number', '+14152004711'],
  ['a number as people write it', '(415) 200-4711'],
  ['a number as it is written in its own country', '0415 200 4711'],
  ['an e-mail address', 'c4711@example'],
])('a customer among thousands is found by %s', (_name, query) => {
  expect(find(query)).toEqual(['C-4711']);
});

test('no more are offered than are asked for, in the order of their IDs', () => {
  expect(find('', 3)).toEqual(['C-0', 'C-1', 'C-2']);
  expect(find('customer 49', 2)).toEqual(['C-49', 'C-490']);
  expect(find('nobody')).toEqual([]);
});

test('whose name begins with what is typed comes before others', () => {
  const ada = { id: 'C-9', name: 'Ada Okafor', keys: ['+14155550147'] };
  const nevada = { id: 'C-1', name: 'Nevada Ltd', keys: ['+14155550148'] };
  expect(findPeople([nevada, ada], 'ada', 2)).toEqual([ada, nevada]);
});

test('whose ID is typed comes before whose address has it in it', () => {
  const luca = { id: 'C-1002', name: 'Luca', keys: ['+14155550147'] };
  const mina = { id: 'C-1', name: 'Mina', keys: ['messenger:1002003004', 'email:c-1002@example.com'] };
  expect(findPeople([mina, luca], 'C-1002', 2)).toEqual([luca, mina]);
});

test('who types no accents finds names that have some', () => {
  const people = ['Käthe Groß', 'Anna Öztürk', 'Kathe Gross'].map((name, i) => ({
    id: `C-${i}`,
    name,
    keys: [],
  }));
  const find = (query: string) => findPeople(people, query, 3).map(({ id }) => id);
  expect([find('kathe gross'), find('ÖZTÜRK'), find('Groß')]).toEqual([
    ['C-0', 'C-2'],
    ['C-1'],
    ['C-0', 'C-2'],
  ]);
});
