/**
 * `npm start`: serves the build on the port in PORT, for this machine alone; with `--host 0.0.0.0` for everyone, as a tunnel
 * needs it. Its other flags are those of `twilio-run start`.
 */
import { spawnTwilioRun } from '../runtime/spawn-server';
import { EXIT } from './command-line';
import { passOnSignals, readServingOrExit } from './serve';

async function start() {
  const server = spawnTwilioRun(await readServingOrExit('npm start'));
  const isToldToEnd = passOnSignals(() => server);
  server.once('exit', (code) => process.exit(isToldToEnd() ? EXIT.done : (code ?? EXIT.problem)));
}

void start();
