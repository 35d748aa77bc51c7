/** `npm start`: serves the build on the port in PORT. Its flags are those of `twilio-run start`. */
import { freePortOrExit, passOnSignals, serve } from './serve';

async function start() {
  const server = serve(await freePortOrExit('npm start'), process.argv.slice(2));
  passOnSignals(() => server);
  server.once('exit', (code) => process.exit(code ?? 1));
}

void start();
