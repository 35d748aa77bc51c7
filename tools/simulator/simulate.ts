/**
 * `npm run simulate`: plays Twilio around the built Functions, on a page; with --from, for one message, in the
 * terminal.
 */
import { parseArgs } from 'node:util';
import { rebuild, rebuildOnChange } from '../build/rebuild-on-change';
import { explainPort, readPort } from '../runtime/port';
import { servePage } from './page-server';
import { print } from './print';
import { startSimulator } from './simulator';

const COMMAND = 'npm run simulate';
const DEFAULT_PORT = 4000;
const USAGE = `npm run simulate [-- --from ADDRESS [--text TEXT] [--json]]

Plays Twilio around the Functions, on a page; with --from, for one message, in the terminal.

  --from ADDRESS  who writes, as Twilio has it: +14155550147, whatsapp:+14155550147, messenger:1002003004
  --text TEXT     what they write
  --json          prints JSON. npm prints lines of its own before it, unless it is called as npm run --silent simulate
  --help          shows this`;

const values = readFlags();
if (values.from) void simulateOnce(values.from, values.text ?? 'Hello', values.json);
else void simulateOnPage();

function readFlags() {
  try {
    const { values } = parseArgs({
      options: {
        from: { type: 'string' },
        text: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help && !values.from && (values.text || values.json)) throw new Error('--from is missing');
    if (!values.help) return values;
    console.log(USAGE);
    process.exit();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(1);
  }
}

async function simulateOnce(from: string, text: string, asJson: boolean) {
  const simulator = await startSimulator();
  const conversation = await simulator.twilio.receive({ from, text });
  const { traffic } = simulator.twilio;
  const lost = !conversation;
  await simulator.stop();
  const source = simulator.source();
  const customersFile = simulator.customersFile();
  const log = simulator.log();
  console.log(
    asJson
      ? JSON.stringify({ lost, source, customersFile, conversation, traffic, log }, null, 2)
      : print(conversation, traffic, customersFile ?? source, log),
  );
  process.exitCode = lost ? 1 : 0;
}

async function simulateOnPage() {
  const page = await openPage();
  const simulator = await startSimulator(() => page.show());
  page.show({ simulator });
  const customersFrom = simulator.customersFile() ?? simulator.source();
  console.log(`The simulator is on http://localhost:${page.port}, with customers from ${customersFrom}`);
  rebuildOnChange(async () => {
    page.show({ state: 'Building…' });
    const { isBuilt, output } = await rebuild();
    if (output) console.error(output);
    if (isBuilt) await simulator.reload();
    page.show({ state: isBuilt ? '' : `The build failed: ${output}` });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      page.close();
      await simulator.stop();
      process.exit(0);
    });
  }
}

async function openPage() {
  let port = DEFAULT_PORT;
  try {
    port = readPort(DEFAULT_PORT, COMMAND);
    return await servePage(port);
  } catch (error) {
    console.error(explainPort(error as NodeJS.ErrnoException, port, COMMAND) ?? (error as Error).message);
    process.exit(1);
  }
}
