import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { builtFolder } from '../build/built-folder';

/** The built Functions, served. */
export interface LocalRuntime {
  url: string;
  port: number;
  /** All that has been written to the log. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Serves the built Functions with Twilio's own local runtime, by `twilio-run start`, in a project folder of its own.
 *
 * @param variables what is in `.env`
 * @param edit changes the built project before it is served
 * @param flags of `twilio-run start`; by default, all requests go to one warm process, as a deployed instance takes them
 * @param port a free one, if none is given
 * @param onLog is called whenever something is written to the log
 * @throws Error with the log, if it does not start
 */
export async function startLocalRuntime({
  variables = {},
  edit = () => undefined,
  flags = ['--no-fork-process', '--no-live'],
  port,
  onLog = () => undefined,
}: {
  variables?: Record<string, string>;
  edit?: (dist: string) => void;
  flags?: string[];
  port?: number;
  onLog?: () => void;
} = {}): Promise<LocalRuntime> {
  const project = copyProject(variables);
  edit(join(project, 'dist'));

  port ??= await freePort();
  const args = ['node_modules/twilio-run/bin/twilio-run.js', 'start', '--port', String(port), ...flags];
  const server = spawn(process.execPath, args, { cwd: project, env: { ...process.env, ...variables } });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk) => {
      log += chunk;
      onLog();
    });
  }
  const url = `http://localhost:${port}`;
  const isServed = () => fetch(url).then(Boolean, () => false);
  await until(isServed, () => `twilio-run did not start:\n${log}`);
  return {
    url,
    port,
    log: () => log,
    async stop() {
      const exited = server.exitCode === null && server.signalCode === null && once(server, 'exit');
      server.kill();
      await exited;
      rmSync(project, { recursive: true });
    },
  };
}

/**
 * Copies the built project into a folder of its own.
 *
 * @param variables what is in `.env`
 */
export function copyProject(variables: Record<string, string>): string {
  const project = mkdtempSync(join(tmpdir(), 'project-'));
  for (const file of ['package.json', '.twilioserverlessrc']) cpSync(file, join(project, file));
  cpSync(builtFolder(), join(project, 'dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'), 'junction');
  mkdirSync(join(project, 'functions'));
  const env = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(project, '.env'), env.join(''));
  return project;
}

/** Waits until it is done, for ten seconds at the most. @throws Error with the failure after that */
export async function until(done: () => boolean | Promise<boolean>, failure: () => string) {
  for (let tries = 0; tries < 100; tries++) {
    if (await done()) return;
    await setTimeout(100);
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
