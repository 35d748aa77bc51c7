/**
 * Which file may import which. Imports are read with the parser that the tests are compiled with, since they include types:
 * the private Assets know each other by `typeof import('…')`, which dependency-cruiser cannot see without TypeScript's old
 * API, and TypeScript 7 has none.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from '@swc/core';

type Imports = Map<string, string[]>;

const ROOMS = ['assets', 'functions', 'tools', 'tests'];

/** No file of the first kind imports one of the second. */
const FORBIDDEN: [RegExp, RegExp][] = [
  [/^(assets|functions)\//, /^(tools|tests)\//],
  [/^assets\//, /^functions\//],
  [/^tools\//, /^tests\//],
  [/^tools\/fakes\//, /^tools\/commands\//],
  [/^assets\/address\./, /./],
];

const imports: Imports = new Map(
  ROOMS.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)),
  )
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(ts|js)$/.test(file))
    .map((file) => [file, importsOf(file, readFileSync(file, 'utf8'))]),
);

/** What a file imports, types included: files of the project by their path, packages by their name. */
function importsOf(file: string, code: string): string[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const {
      type,
      source,
      argument,
      callee,
      arguments: given,
    } = node as Record<string, Record<string, unknown>>;
    const kind = String(type);
    const callsFor = kind === 'CallExpression' && (callee?.type === 'Import' || callee?.value === 'require');
    const [first] = callsFor ? (given as unknown as { expression: Record<string, unknown> }[]) : [];
    const path = /^(Import|Export)/.test(kind)
      ? source?.value
      : kind === 'TsImportType'
        ? argument?.value
        : first?.expression.value;
    if (typeof path === 'string') found.add(path.startsWith('.') ? resolvePath(file, path) : path);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseSync(code, { syntax: file.endsWith('.ts') ? 'typescript' : 'ecmascript' }));
  return [...found];
}

/** Each import: the file, and what it imports. */
function arrows(): [from: string, to: string][] {
  return [...imports].flatMap(([file, paths]) => paths.map((path): [string, string] => [file, path]));
}

function resolvePath(file: string, path: string): string {
  const target = posix.join(dirname(file), path);
  const candidates = ['', '.ts', '.js', '.json', '/index.ts'].map((ending) => target + ending);
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile()) ?? target;
}

/** Files that import each other, from each file that a circle begins at. */
function circlesIn(graph: Imports): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const follow = (file: string, path: string[]) => {
    if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file]);
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) follow(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) follow(file, []);
  return circles;
}

test('all kinds of imports are seen', () => {
  const code = `
    import a from './a'; import type { B } from '../b'; export * from './c'; export { d } from './d';
    type E = typeof import('./e'); type F = import('./f').F; const g = require('./g'); const h = () => import('./h');
    import i from 'node:fs'; const j = require(Runtime.getAssets()['/j.js'].path);`;
  const files = ['x/a', 'b', 'x/c', 'x/d', 'x/e', 'x/f', 'x/g', 'x/h'].map((path) => `tools/${path}`);
  expect(importsOf('tools/x/y.ts', code)).toEqual([...files, 'node:fs']);
});

test('a circle is seen', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', []],
    ['d', ['a']],
  ]);
  expect(circlesIn(graph)).toEqual([['a', 'b', 'd', 'a']]);
});

test('the files are found, and what they import exists', () => {
  expect(imports.size).toBeGreaterThan(100);
  const missing = arrows().filter(([, to]) => ROOMS.includes(to.split('/')[0] ?? '') && !existsSync(to));
  expect(missing).toEqual([]);
});

test('no files import each other in a circle', () => {
  expect(circlesIn(imports)).toEqual([]);
});

test.each(FORBIDDEN)('nothing in %p imports %p', (from, to) => {
  expect(arrows().filter(([file, path]) => from.test(file) && to.test(path))).toEqual([]);
});
