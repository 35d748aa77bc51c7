/** `npm run dev`: serves as `npm start` does, and builds and serves again when a source file, `.env` or customers change. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rebuild } from '../build/rebuild';
import { watchSources } from '../build/watch-sources';
import { isRunning, spawnTwilioRun } from '../runtime/spawn-server';
import { passOnSignals, readServingOrExit } from './serve';

async function dev() {
  const serving = await readServingOrExit('npm run dev');
  let server: ChildProcess | undefined;
  const buildAndServe = async () => {
    const { isBuilt, output } = await rebuild();
    if (output) console.error(output);
    const served = server && isRunning(server) ? server : undefined;
    if (!isBuilt) {
      return console.error(
        `The build failed: ${served ? 'what was built before is served on' : 'nothing is served until it is fixed'}.`,
      );
    }
    if (served) {
      served.kill();
      await once(served, 'exit');
    }
    server = spawnTwilioRun(serving);
  };
  passOnSignals(() => server);
  const whenSourcesChange = watchSources();
  await buildAndServe();
  await whenSourcesChange(buildAndServe);
}

void dev();
