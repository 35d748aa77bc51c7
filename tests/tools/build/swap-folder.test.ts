import fs, { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { swapFolder } from '../../../tools/build/swap-folder';

let parent: string;
let made: string;
let place: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'swap-'));
  [made, place] = [join(parent, 'made'), join(parent, 'dist')];
  mkdirSync(join(made, 'new'), { recursive: true });
  mkdirSync(join(place, 'last'), { recursive: true });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(parent, { recursive: true });
});

/** Has the new folder not be moved so many times. */
const refuse = (code: string, times: number) => {
  const { renameSync } = fs;
  let left = times;
  jest.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    if (from === made && left-- > 0) throw Object.assign(new Error(code), { code });
    renameSync(from, to);
  });
};

test.each([
  ['EPERM', Number.POSITIVE_INFINITY],
  ['EXDEV', 1],
])('what cannot be put in the place of a folder (%s) leaves it where it is', (code, times) => {
  refuse(code, times);
  expect(() => swapFolder(made, place)).toThrow(code);
  expect(readdirSync(parent).sort()).toEqual(['dist', 'made']);
  expect(readdirSync(place)).toEqual(['last']);
});

test('what is in the way for a moment is waited for', () => {
  refuse('EPERM', 3);
  swapFolder(made, place);
  expect([readdirSync(parent), readdirSync(place)]).toEqual([['dist'], ['new']]);
});
