import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** Where it listens if nobody says otherwise: nobody else can reach it there. */
export const LOOPBACK = '127.0.0.1';
/** The names of this machine for itself, as in Host. Another name that leads here is some web page's attempt to read along. */
export const LOCAL_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

export interface ServeOptions {
  /** A flag of `twilio-run start`: the flag's default hides the variable PORT, which its help names. */
  port: number;
  /** Of `twilio-run start`. */
  flags: string[];
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

export const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

/**
 * Serves built Functions by `twilio-run start`: for this machine alone, and not longer than this process runs, whatever way
 * it ends.
 */
export function spawnTwilioRun({
  port,
  flags,
  host,
  cwd,
  isTemporary,
  env = process.env,
  stdio = 'inherit',
}: ServeOptions): ChildProcess {
  const guard = join(__dirname, 'guard-server.js');
  const twilioRun = require.resolve('twilio-run/bin/twilio-run.js');
  return spawn(process.execPath, ['--require', guard, twilioRun, 'start', '--port', String(port), ...flags], {
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
