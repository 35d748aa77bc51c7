import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { builtFolder } from '../build/built-folder';
import { isRunning, spawnServer } from './spawn-server';
import { makeTemporaryFolder } from './temporary-folder';

/** Of this process's environment, what another process needs to run. The Functions get all that it has. */
const NEEDED = /^(PATH|HOME|USERPROFILE|TMPDIR|TEMP|TMP|SYSTEMROOT|TZ|LANG|LC_\w+|NODE_\w+|\w+_PROXY)$/i;

const UNTIL_MAX_MS = 30_000;
const UNTIL_POLL_MS = 20;

/** The built Functions, served. */
export interface LocalRuntime {
  url: string;
  port: number;
  /** All that has been written to the log. */
  log(): string;
  stop(): Promise<void>;
}

export interface LocalRuntimeOptions {
  /** The Functions' variables. They are never written to disk: this process may be killed before it can remove them. */
  variables?: Record<string, string>;
  /** Changes the built project before it is served. */
  edit?: (dist: string) => void;
  /** Whether each request is answered by a process of its own, as with `npm start`; otherwise by one that is warm, as when deployed. */
  forks?: boolean;
  /** A free one, if none is given. */
  port?: number;
  /** Is told what is written to the log. */
  onLog?: (text: string) => void;
  /** Is told what code in the served process sends by `process.send`. */
  onMessage?: (message: unknown) => void;
  /** Is called if it ends without being stopped. */
  onCrash?: () => void;
}

/**
 * Serves the built Functions by Twilio's own local runtime, in a project folder of its own, which is removed when it is stopped or
 * this process ends.
 *
 * @throws Error with the log, if it does not start
 */
export async function startLocalRuntime({
  variables = {},
  edit = () => undefined,
  forks = false,
  port = 0,
  onLog = () => undefined,
  onMessage = () => undefined,
  onCrash = () => undefined,
}: LocalRuntimeOptions = {}): Promise<LocalRuntime> {
  const project = copyProject();
  const remove = () => rmSync(project, { recursive: true, force: true });
  edit(join(project, 'dist'));

  const needed = Object.entries(process.env).filter(([name]) => NEEDED.test(name));
  const env = { ...Object.fromEntries(needed), ...variables };
  const script = [join(__dirname, 'serve-functions.js'), String(port), ...(forks ? ['forks'] : [])];
  const server = spawnServer(script, {
    cwd: project,
    isTemporary: true,
    env,
    stdio: 'pipe',
  });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      log += chunk;
      onLog(chunk);
    });
  }
  let servedOn = 0;
  server.on('message', (message) => {
    const told = Object(message).servedOn;
    if (typeof told === 'number') servedOn = told;
    else onMessage(message);
  });
  const stop = async () => {
    server.off('exit', onCrash);
    const exited = isRunning(server) && once(server, 'exit');
    server.kill();
    await exited;
    process.off('exit', kill);
    remove();
  };

  try {
    await until(
      () => servedOn > 0 || !isRunning(server),
      () => `the Functions are not served:\n${log}`,
    );
    if (!isRunning(server)) throw new Error(`the Functions' process ended:\n${log}`);
  } catch (error) {
    await stop();
    throw error;
  }
  server.on('exit', onCrash);
  return { url: `http://localhost:${servedOn}`, port: servedOn, log: () => log, stop };
}

/** Copies the built project, without `.env`, into a folder of its own. */
export function copyProject(): string {
  const project = makeTemporaryFolder('frontline-project');
  for (const file of ['package.json', '.twilioserverlessrc']) cpSync(file, join(project, file));
  cpSync(builtFolder(), join(project, 'dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  mkdirSync(join(project, 'functions'));
  return project;
}

/** Waits until it is done, for 30 s at the most. @throws Error with the failure after that */
export async function until(done: () => boolean | Promise<boolean>, failure: () => string) {
  const endsAt = performance.now() + UNTIL_MAX_MS;
  while (performance.now() < endsAt) {
    if (await done()) return;
    await setTimeout(UNTIL_POLL_MS);
  }
  throw new Error(failure());
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
