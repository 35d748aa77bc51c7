import { cpSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const FILES = ['functions', 'assets', 'package.json', '.twilioserverlessrc', 'tsconfig.json'];

/**
 * Copies the project, with the customers of the tests, into a folder of its own, so that its files can be changed and built.
 * Its build looks for no type errors, which would take most of the time; with the project's own `tsconfig.build.json` it does.
 */
export function makeProjectCopy(): string {
  const project = mkdtempSync(join(tmpdir(), 'project-'));
  for (const file of FILES) cpSync(file, join(project, file), { recursive: true });
  for (const folder of ['tools', 'node_modules']) symlinkSync(resolve(folder), join(project, folder));
  cpSync('tests/fixtures/customers.json', join(project, 'customers.json'));
  const compilerOptions = { noEmit: false, rootDir: '.', types: [], noCheck: true, noResolve: true };
  const config = { extends: './tsconfig.json', compilerOptions, include: ['functions', 'assets'] };
  writeFileSync(join(project, 'tsconfig.build.json'), JSON.stringify(config));
  return project;
}
