import { readFileSync } from 'node:fs';

interface LockedPackage {
  integrity?: string;
  resolved?: string;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const { '': _project, ...locked } = packages as Record<string, LockedPackage>;
const pathsOf = (isWrong: (one: LockedPackage) => boolean) =>
  Object.keys(locked).filter((path) => isWrong(locked[path] ?? {}));

// `npm ci` installs an entry without `integrity` unchecked, and npm does not complete it:
// https://github.com/npm/cli/issues/4460. CONTRIBUTING.md says how to.
test('the lock file has a checksum for every package of every platform', () => {
  expect(pathsOf(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

test('the lock file names no registry: npm asks the one that it is set up with', () => {
  expect(pathsOf(({ resolved }) => resolved !== undefined)).toEqual([]);
});
