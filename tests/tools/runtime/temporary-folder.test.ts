import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../../../tools/runtime/temporary-folder';

test('what a process that was killed has left is removed, and what another one needs is not', () => {
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const left = join(tmpdir(), `frontline-test-${ended}-abc`);
  mkdirSync(left);
  const needed = makeTemporaryFolder('frontline-test');
  const others = mkdtempSync(join(tmpdir(), `another-test-${ended}-`));
  const made = makeTemporaryFolder('frontline-test');
  expect([left, needed, others, made].map((folder) => existsSync(folder))).toEqual([false, true, true, true]);
  for (const folder of [needed, others, made]) rmSync(folder, { recursive: true });
});
