import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { customersFile, OWN_CUSTOMERS } from '../customers/customers-file';
import { readEnvFile } from './env-file';

/** Editors write a file in several steps, and a checkout changes many files. */
const SETTLED_MS = 200;

/** Builds in a process of its own. @returns what the build has to say, apart from that it went well */
export async function rebuild(): Promise<{ isBuilt: boolean; output: string }> {
  const args = [require.resolve('tsx/cli'), join(__dirname, 'build.ts'), '--quiet'];
  const build = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [build.stdout, build.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(build, 'close');
  return { isBuilt: code === 0, output: output.trim() };
}

/**
 * Watches what a build is made of: functions/, assets/, `.env` and the customers, whether the last two are there yet or
 * not.
 *
 * @param onChange is called when something has changed and settled; one call ends before the next one starts
 */
export function rebuildOnChange(onChange: () => Promise<void>) {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  let customers = watchCustomers();
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      customers?.close();
      customers = watchCustomers();
      last = last.then(onChange).catch((error) => console.error(error));
    }, SETTLED_MS);
  };
  for (const folder of ['functions', 'assets']) watch(folder, { recursive: true }, soon);
  watch('.', (_event, name) => {
    if (name === '.env' || OWN_CUSTOMERS.includes(name ?? '')) soon();
  });

  /** CUSTOMERS_FILE may name a file anywhere. Its folder is watched, as editors put a new file in its place. */
  function watchCustomers(): FSWatcher | undefined {
    const file = resolve(customersFile(readEnvFile()));
    if (!existsSync(dirname(file))) return undefined;
    return watch(dirname(file), (_event, name) => {
      if (name === basename(file)) soon();
    });
  }
}
