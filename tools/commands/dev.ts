/** `npm run dev`: serves as `npm start` does, and builds and serves again when a source file, `.env` or customers change. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rebuild } from '../build/rebuild';
import { watchSources } from '../build/watch-sources';
import { isRunning, spawnTwilioRun } from '../runtime/spawn-twilio-run';
import { passOnSignals, readServingOrExit } from './serve';

async function dev() {
  const serving = await readServingOrExit('npm run dev');
  let server: ChildProcess | undefined;
  const buildAndServe = async () => {
    const { isBuilt, output } = await rebuild();
    if (output) console.error(output);
    const isServed = server && isRunning(server);
    if (!isBuilt) {
      return console.error(
        `The build failed: ${isServed ? 'what was built before is served on' : 'nothing is served until it is mended'}.`,
      );
    }
    if (server && isServed) {
      server.kill();
      await once(server, 'exit');
    }
    server = spawnTwilioRun(serving);
  };
  passOnSignals(() => server);
  const whenSourcesChange = watchSources();
  await buildAndServe();
  await whenSourcesChange(buildAndServe);
}

void dev();
