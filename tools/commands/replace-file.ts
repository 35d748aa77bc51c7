import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Replaces a file in one step: if this process is killed meanwhile, the file is whole, as it was or as it is to be.
 *
 * @param mode who may read it
 * @throws Error of the file system; the file is as it was
 */
export function replaceFile(file: string, text: string, mode?: number) {
  const made = `${file}.${process.pid}.new`;
  try {
    writeFileSync(made, text, { mode });
    renameSync(made, file);
  } catch (error) {
    rmSync(made, { force: true, recursive: true });
    throw error;
  }
}
