import { once } from 'node:events';
import { type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { watch } from 'chokidar';
import { customersFile, OWN_CUSTOMERS } from '../customers/customers-file';
import { readEnvFile } from './env-file';

/** Editors write a file in several steps, and a checkout changes many files. */
const SETTLED_MS = 200;
/** How often the files outside functions/ and assets/ are looked at. */
const POLL_MS = 300;

/**
 * Watches what a build is made of: functions/, assets/, `.env` and the customers, whether the last two are there yet or
 * not. What changes from now on is not missed: call it before the first build.
 */
export async function watchSources() {
  let isChanged = false;
  let isRunning = false;
  let onChange: (() => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const run = async () => {
    if (isRunning || !onChange) return;
    isRunning = true;
    while (isChanged) {
      isChanged = false;
      await onChange().catch((error) => console.error(error));
    }
    isRunning = false;
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      pollFiles();
      isChanged = true;
      void run();
    }, SETTLED_MS);
  };

  // Folders come and go while they are looked at: what cannot be watched any more does not end it.
  const watcher = watch(['functions', 'assets'], { ignoreInitial: true, ignorePermissionErrors: true });
  watcher.on('all', soon).on('error', soon);
  await once(watcher, 'ready');

  /** They may be anywhere, and links: the file behind a path is looked at, whatever replaces it or its folder. */
  let polled: string[] = [];
  const onPoll: StatsListener = (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) soon();
  };
  function pollFiles() {
    const files = [...new Set(['.env', ...OWN_CUSTOMERS, ...namedFile()])];
    for (const file of polled.filter((one) => !files.includes(one))) unwatchFile(file, onPoll);
    for (const file of files.filter((one) => !polled.includes(one)))
      watchFile(file, { interval: POLL_MS }, onPoll);
    polled = files;
  }
  pollFiles();

  return {
    /** @param act is called for what has changed and settled, also before now; one call ends before the next one starts */
    onChange(act: () => Promise<void>) {
      onChange = act;
      void run();
    },
  };
}

/** The file in CUSTOMERS_FILE, or what is there instead; none if `.env` cannot be read, as the build will say. */
function namedFile(): string[] {
  try {
    return [customersFile(readEnvFile())];
  } catch {
    return [];
  }
}
