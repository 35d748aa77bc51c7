import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { customersFile, OWN_CUSTOMERS } from '../customers/customers-file';
import { readEnvFile } from './env-file';

/** How often it looks. Editors write a file in several steps: what has changed is built once it stays as it is that long. */
const POLL_MS = 300;

export interface WatchOptions {
  pollMs?: number;
  /** Ends it; what `watchSources` returned rejects then. */
  signal?: AbortSignal;
}

/**
 * Watches what a build is made of: functions/, assets/, `.env` and the customers, whether the last two are there yet or
 * not. It looks at each file: `fs.watch` ends or goes blind when folders come and go, and knows nothing of what is behind
 * a link.
 *
 * @returns a function that calls another one whenever something has changed, also since now: watch before the first build.
 * One call ends before the next one starts
 */
export function watchSources({ pollMs = POLL_MS, signal }: WatchOptions = {}) {
  let built = stateOfSources();
  return async (onChange: () => Promise<void>) => {
    for (let last = built, now = stateOfSources(); ; last = now, now = stateOfSources()) {
      await setTimeout(pollMs, undefined, { signal });
      if (now === built || now !== last) continue;
      built = now;
      await onChange().catch((error) => console.error(error));
    }
  };
}

/** When each file was changed, of what size it is, and which one is at its path. */
function stateOfSources(): string {
  try {
    const files = ['.env', ...OWN_CUSTOMERS, customersFile(readEnvFile())];
    for (const folder of ['functions', 'assets']) {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
        files.push(join(folder, name));
    }
    return files.map(stateOf).join('\n');
  } catch (error) {
    // A folder that goes while it is read, or an `.env` that cannot be read, as the build will say.
    return String(error);
  }
}

function stateOf(file: string): string {
  const { mtimeMs, size, ino } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return [file, mtimeMs, size, ino].join(' ');
}
