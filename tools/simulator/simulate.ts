/**
 * `npm run simulate`: plays Twilio around the built Functions, on a page; with --from, for one message, in the
 * terminal.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { parseArgs } from 'node:util';
import { servePage } from './page-server';
import { print } from './print';
import { type Simulator, startSimulator } from './simulator';

const USAGE = `npm run simulate [-- --from ADDRESS [--text TEXT] [--json]]

Plays Twilio around the Functions, on a page; with --from, for one message, in the terminal.

  --from ADDRESS  who writes, as Twilio has it: +14155550147, whatsapp:+14155550147, messenger:1002003004
  --text TEXT     what they write
  --json          prints JSON
  --help          shows this`;

const values = readFlags();
if (values.from) void simulateOnce(values.from, values.text ?? 'Hello', values.json);
else void simulateOnPage(Number(process.env.PORT) || 4000);

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
  const log = simulator.log();
  console.log(
    asJson
      ? JSON.stringify({ lost, source, conversation, traffic, log }, null, 2)
      : print(conversation, traffic, source, log),
  );
  process.exitCode = lost ? 1 : 0;
}

async function simulateOnPage(port: number) {
  const page = await servePage(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    console.error(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm run simulate`);
    process.exit(1);
  });
  const simulator = await startSimulator(() => page.show());
  page.show({ simulator });
  console.log(`The simulator is on http://localhost:${port}`);
  rebuildOnChange(simulator, (state) => page.show({ state }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      page.close();
      await simulator.stop();
      process.exit(0);
    });
  }
}

/** Builds and serves anew when a source file changes, and says how that goes. */
function rebuildOnChange(simulator: Simulator, say: (state: string) => void) {
  let timer: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const rebuild = async () => {
    say('Building…');
    const build = spawn('npm', ['run', '--silent', 'build'], { shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [build.stdout, build.stderr]) stream.on('data', (chunk) => (output += chunk));
    const [code] = await once(build, 'close');
    if (code === 0) await simulator.reload();
    else console.error(output);
    say(code === 0 ? '' : `The build failed: ${output}`);
  };
  const rebuildSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(rebuild).catch((error) => say(String(error)));
    }, 200);
  };
  for (const folder of ['functions', 'assets']) watch(folder, { recursive: true }, rebuildSoon);
  watch('.', (_event, file) => {
    if (file === '.env') rebuildSoon();
  });
}
