import { existsSync, renameSync, rmSync } from 'node:fs';

/** Another build may come between the two renames, but not that often. */
const TRIES_MAX = 100;
/** What a system says of a rename onto a folder that has something in it. */
const IN_THE_WAY = ['ENOTEMPTY', 'EEXIST', 'EPERM'];

/**
 * Puts a folder in the place of another one, whole: who reads `place` meanwhile finds the old one or the new one, for a
 * moment none, and never half of one. Both have to be on one file system.
 *
 * @throws Error of the file system; the old one is in its place then
 */
export function swapFolder(made: string, place: string) {
  const old = `${made}.old`;
  for (let tries = 1; ; tries++) {
    move(place, old);
    try {
      renameSync(made, place);
      return rmSync(old, { recursive: true, force: true });
    } catch (error) {
      // Unless another build has put its own there.
      if (existsSync(place)) rmSync(old, { recursive: true, force: true });
      else move(old, place);
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!IN_THE_WAY.includes(code) || tries === TRIES_MAX) throw error;
    }
  }
}

/** Does nothing if there is nothing to move. */
function move(from: string, to: string) {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
