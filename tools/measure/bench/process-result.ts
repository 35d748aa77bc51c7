import { type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/**
 * What a process sends, once it has ended.
 *
 * @param file of this folder
 * @param argument what it gets, as its only argument
 * @throws Error if it ends without having sent anything
 */
export async function processResult<T>(file: string, argument: string, options: ForkOptions): Promise<T> {
  const child = fork(resolve('tools/measure/bench', file), [argument], options);
  let result: T | undefined;
  child.on('message', (message) => {
    result = message as T;
  });
  // It may be gone before all that it sent has come.
  await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  if (result === undefined) throw new Error('the process ended without a result: see above');
  return result;
}
