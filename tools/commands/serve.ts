import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { endWithUsage } from '../read-flags';
import { explainPort, readPort } from '../runtime/port';
import { isRunning, LOOPBACK, type ServeOptions } from '../runtime/spawn-server';
import { EXIT } from './command-line';

/** Twilio's own: https://www.twilio.com/docs/labs/serverless-toolkit/developing */
const DEFAULT_PORT = 3000;

/**
 * Reads PORT and the flags; of those, `--host` is our own. `twilio-run start` would ask for another port if it is taken, and
 * without a terminal do nothing.
 */
export async function readServingOrExit(command: string): Promise<ServeOptions> {
  const args = process.argv.slice(2);
  const { host, flags, isHelp } = readFlags(args);
  if (isHelp) endWithUsage(usageOf(command));
  // The value of a flag that npm took for itself, or a port.
  const wrong = args.find((arg, i) => /^(-p|--port)(=|$)/.test(arg) || (i === 0 && !arg.startsWith('-')));
  if (wrong !== undefined) {
    endWithUsage(usageOf(command), `${wrong}: flags come after --, and the port is in PORT`);
  }
  if (host) {
    console.warn(
      `Warning: it listens on ${host}, and answers whoever reaches it: signatures are not checked on this machine, so they can ask your CRM.`,
    );
  }
  let port = readPortOrExit(command);
  try {
    // A page that is open from before may connect at once, and must not be waited for.
    const probe = createServer((socket) => socket.destroy());
    await once(probe.listen(port, host ?? LOOPBACK), 'listening');
    port = (probe.address() as AddressInfo).port;
    await once(probe.close(), 'close');
    return { port, host, flags };
  } catch (error) {
    console.error(explainPort(error as NodeJS.ErrnoException, port, command) ?? (error as Error).message);
    process.exit(EXIT.problem);
  }
}

function readPortOrExit(command: string): number {
  try {
    return readPort(DEFAULT_PORT, command);
  } catch (error) {
    endWithUsage(usageOf(command), (error as Error).message);
  }
}

const usageOf = (command: string) => `[PORT=PORT] ${command} [-- [--host ADDRESS] [FLAGS]]

Serves the Functions on this machine, on port ${DEFAULT_PORT} unless PORT says another. npm run dev builds and serves them
again whenever a source file, .env or the customers change.

  --host ADDRESS  where it listens, such as 0.0.0.0 for a tunnel: whoever reaches it can ask your CRM then
  --help          shows this

All other FLAGS are those of Twilio's local runtime: npx twilio-run start --help shows them.`;

function readFlags(args: string[]): { host?: string; flags: string[]; isHelp: boolean } {
  const options = {
    host: { type: 'string' },
    ngrok: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const { values, tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const isOwn = (i: number) =>
    tokens.some(
      (token) =>
        token.kind === 'option' &&
        token.name === 'host' &&
        (i === token.index || (i === token.index + 1 && token.inlineValue === false)),
    );
  const flags = args.filter((_arg, i) => !isOwn(i));
  // Its tunnel comes in on loopback, under the name that the tunnel has.
  const byDefault = values.ngrok === undefined ? undefined : LOOPBACK;
  const host = typeof values.host === 'string' ? values.host : byDefault;
  return { host, flags, isHelp: values.help === true };
}

/** Ends the server with this process, and not before it. @returns whether this process has been told to end */
export function passOnSignals(server: () => ChildProcess | undefined): () => boolean {
  let isTold = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isTold = true;
      const running = server();
      if (!running || !isRunning(running)) process.exit();
      running.once('exit', () => process.exit());
      running.kill(signal);
    });
  }
  return () => isTold;
}
