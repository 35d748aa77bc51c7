import { chmodSync, existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Replaces a file in one step: if this process is killed meanwhile, the file is whole, as it was or as it is to be.
 *
 * @param mode who may read it
 * @throws Error of the file system; the file is as it was
 */
export function replaceFile(file: string, text: string, mode?: number) {
  // Behind a link, the file itself.
  const place = existsSync(file) ? realpathSync(file) : file;
  const made = `${place}.${process.pid}.new`;
  try {
    writeFileSync(made, text, { mode });
    // What a process of the same number has left there keeps the mode that it had.
    if (mode) chmodSync(made, mode);
    renameSync(made, place);
  } catch (error) {
    rmSync(made, { force: true, recursive: true });
    throw error;
  }
}
