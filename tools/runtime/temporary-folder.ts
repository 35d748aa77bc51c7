import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();

/**
 * Makes a folder that is removed when this process ends. If it is killed instead, the next one that makes a folder of this kind
 * removes it.
 *
 * @param kind what the folder's name begins with
 */
export function makeTemporaryFolder(kind: string): string {
  const madeBy = new RegExp(`^${kind}-(\\d+)-`);
  for (const name of readdirSync(tmpdir())) {
    const pid = madeBy.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) remove(join(tmpdir(), name));
  }
  if (made.size === 0) process.once('exit', () => made.forEach(remove));
  const folder = mkdtempSync(join(tmpdir(), `${kind}-${process.pid}-`));
  made.add(folder);
  return folder;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function remove(folder: string) {
  try {
    // The server that is ended removes its folder at the same time.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {
    // Somebody else's, too.
  }
}
