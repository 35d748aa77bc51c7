/**
 * `npm start`: serves the build on the port in PORT, for this machine alone; with `--host 0.0.0.0` for everyone, as a tunnel
 * needs it. Its other flags are those of `twilio-run start`.
 */
import { spawnTwilioRun } from '../runtime/spawn-server';
import { EXIT } from './command-line';
import { passOnSignals, readServingOrExit } from './serve';

const TOLD_TO_END = ['SIGINT', 'SIGTERM'];

async function start() {
  const server = spawnTwilioRun(await readServingOrExit('npm start'));
  passOnSignals(() => server);
  // Ctrl-C is how one ends it: all went well.
  server.once('exit', (code, signal) =>
    process.exit(TOLD_TO_END.includes(signal ?? '') ? EXIT.done : (code ?? EXIT.problem)),
  );
}

void start();
