import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** Where it listens if nobody says otherwise: nobody else can reach it there. */
export const LOOPBACK = '127.0.0.1';
/** The names of this machine for itself, as in Host. Another name that leads here is some web page's attempt to read along. */
export const LOCAL_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** How a server is run. */
interface Guarding {
  /** Where it listens: on loopback if it is not given. If it is, requests for any name are answered, as a tunnel has them. */
  host?: string;
  /** The project's folder. */
  cwd?: string;
  /** Whether that folder is removed if this process is gone without having stopped the server. */
  isTemporary?: boolean;
  env?: NodeJS.ProcessEnv;
  /** What it writes goes to this terminal, or to `stdout` and `stderr` of the child. */
  stdio?: 'inherit' | 'pipe';
}

/** How `twilio-run start` is run. */
export interface ServeOptions extends Guarding {
  /** A flag of it: the flag's default hides the variable PORT, which its help names. */
  port: number;
  /** Its other flags. */
  flags: string[];
}

export const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

/** Serves built Functions by `twilio-run start`, guarded. */
export function spawnTwilioRun({ port, flags, ...guarding }: ServeOptions): ChildProcess {
  const twilioRun = require.resolve('twilio-run/bin/twilio-run.js');
  return spawnServer([twilioRun, 'start', '--port', String(port), ...flags], guarding);
}

/**
 * Runs a server for this machine alone, and not longer than this process runs, whatever way it ends.
 *
 * @param script a script of Node, with its arguments
 */
export function spawnServer(
  script: string[],
  { host, cwd, isTemporary, env = process.env, stdio = 'inherit' }: Guarding,
): ChildProcess {
  return spawn(process.execPath, ['--require', join(__dirname, 'guard-server.js'), ...script], {
    cwd,
    env: {
      ...env,
      GUARD_HOST: host ?? LOOPBACK,
      GUARD_LOCAL_NAME: LOCAL_NAME.source,
      GUARD_ANY_NAME: host ? 'yes' : '',
      GUARD_REMOVES_FOLDER: isTemporary ? 'yes' : '',
    },
    stdio: [stdio, stdio, stdio, 'ipc'],
  });
}
