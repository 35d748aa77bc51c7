import { buildFirst, rebuild } from '../build/rebuild';
import { watchSources } from '../build/watch-sources';
import { type Caller, EXIT, type ExitCode } from '../commands/command-line';
import { Problem } from '../problem';
import { explainPort } from '../runtime/port';
import { exitWhenTold } from './exit-when-told';
import { cannotStart, servePage } from './page-server';
import { startSimulator } from './simulator';

export const COMMAND = 'npm run simulate';
export const DEFAULT_PORT = 4000;

/**
 * Serves the page until it is told to stop, and the Functions anew whenever what they are built of changes.
 *
 * @throws Problem if nothing can listen on the port, or the first build fails
 */
export async function simulateOnPage(port: number, { signal, result }: Caller): Promise<ExitCode> {
  // Ctrl-C is how one leaves the page: all went well.
  exitWhenTold(signal, EXIT.done);
  const page = await servePage(port).catch((error) => {
    throw new Problem(explainPort(error, port, COMMAND) ?? (error as Error).message);
  });
  const whenSourcesChange = watchSources();
  await buildFirst();
  const simulator = await startSimulator({ listener: page.listener });
  page.show(simulator);
  result(
    `The simulator is on http://localhost:${page.port}, with ${simulator.customersInWords()}`,
    undefined,
  );

  void whenSourcesChange(async () => {
    page.say('Building… What you send waits.');
    const { isBuilt, output } = await rebuild();
    if (output) console.error(output);
    if (!isBuilt) {
      return page.say(
        `The build failed, and what was built before goes on, with ${simulator.customersInWords()}. ${output}`,
      );
    }
    try {
      await simulator.reload();
      page.say('');
      console.error(`Built again, with ${simulator.customersInWords()}`);
    } catch (error) {
      page.say(cannotStart(error as Error));
    }
  });
  return new Promise(() => undefined);
}
