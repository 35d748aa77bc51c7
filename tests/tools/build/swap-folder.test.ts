import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { swapFolder } from '../../../tools/build/swap-folder';

test('what cannot be put in the place of a folder leaves it where it is', () => {
  const parent = mkdtempSync(join(tmpdir(), 'swap-'));
  mkdirSync(join(parent, 'dist/assets'), { recursive: true });
  expect(() => swapFolder(join(parent, 'nowhere'), join(parent, 'dist'))).toThrow('ENOENT');
  expect(readdirSync(parent, { recursive: true }).sort()).toEqual(['dist', join('dist', 'assets')]);
  rmSync(parent, { recursive: true });
});
