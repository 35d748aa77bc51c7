import type { ExitCode } from '../commands/command-line';

/**
 * Ends the process, and with it what it serves, when it is told to: by Ctrl-C, SIGTERM or SIGHUP. Temporary folders are removed
 * as it ends.
 *
 * @param signal aborted by Ctrl-C
 */
export function exitWhenTold(signal: AbortSignal, code: ExitCode) {
  signal.addEventListener('abort', () => process.exit(code));
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(code));
}
