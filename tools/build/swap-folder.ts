import { renameSync, rmSync } from 'node:fs';

/** Another build may come between the two renames, but not that often. */
const TRIES_MAX = 100;
/** What a system says of a rename onto a folder that has something in it. */
const IN_THE_WAY = ['ENOTEMPTY', 'EEXIST', 'EPERM'];

/**
 * Puts a folder in the place of another one, whole: who reads `place` meanwhile finds the old one or the new one, never
 * half of it. Both have to be on one file system.
 */
export function swapFolder(made: string, place: string) {
  const old = `${made}.old`;
  for (let tries = 1; ; tries++) {
    moveAway(place, old);
    try {
      renameSync(made, place);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!IN_THE_WAY.includes(code) || tries === TRIES_MAX) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function moveAway(place: string, old: string) {
  try {
    renameSync(place, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
