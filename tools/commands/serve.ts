import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { explainPort, readPort } from '../runtime/port';

/** Twilio's own: https://www.twilio.com/docs/labs/serverless-toolkit/developing */
const DEFAULT_PORT = 3000;

/**
 * The port that PORT names, when it is free. `twilio-run start` would ask for another one if it is taken, and without a
 * terminal do nothing.
 */
export async function freePortOrExit(command: string): Promise<number> {
  let port = DEFAULT_PORT;
  try {
    port = readPort(DEFAULT_PORT, command);
    const probe = createServer();
    await once(probe.listen(port), 'listening');
    port = (probe.address() as AddressInfo).port;
    await once(probe.close(), 'close');
    return port;
  } catch (error) {
    console.error(explainPort(error as NodeJS.ErrnoException, port, command) ?? (error as Error).message);
    process.exit(1);
  }
}

/**
 * Serves the build by `twilio-run start`. The port is a flag, since the flag has a default that hides the variable PORT,
 * which its help names.
 *
 * @param flags further flags of `twilio-run start`
 */
export function serve(port: number, flags: string[]): ChildProcess {
  const twilioRun = require.resolve('twilio-run/bin/twilio-run.js');
  return spawn(process.execPath, [twilioRun, 'start', '--port', String(port), ...flags], {
    stdio: 'inherit',
  });
}

/** Ends the server with this process, and not before it. */
export function passOnSignals(server: () => ChildProcess | undefined) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const running = server();
      if (running?.exitCode !== null || running.signalCode !== null) process.exit();
      running.once('exit', () => process.exit());
      running.kill(signal);
    });
  }
}
