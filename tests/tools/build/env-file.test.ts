import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile } from '../../../tools/build/env-file';

const repository = process.cwd();
let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'env-file-'));
  process.chdir(project);
});
afterEach(() => {
  process.chdir(repository);
  rmSync(project, { recursive: true });
});

test('a byte order mark, which Notepad writes, is not part of the first variable', () => {
  writeFileSync('.env', '\uFEFFCRM_SOURCE=hubspot\n');
  expect(readEnvFile()).toEqual({ CRM_SOURCE: 'hubspot' });
});
