import { buildFirst } from '../build/rebuild';
import { type Caller, type Command, EXIT, type ExitCode, UsageError } from '../commands/command-line';
import { readPort } from '../runtime/port';
import { readTypedAddress } from '../typed-address';
import { OTHERS_MAX, TEXT_MAX_LENGTH } from './message-input';
import { printRun, readAttributes } from './print';
import { COMMAND, DEFAULT_PORT, simulateOnPage } from './simulate-on-page';
import { startSimulator } from './simulator';
import { isSwitchId, SWITCHES, type SwitchId } from './switches';

const USAGE = `npm run simulate [-- --from ADDRESS [--group ADDRESSES] [--text TEXT] [--break SWITCH]… [--expect-customer ID] [--json]]

Plays Twilio around the Functions, on a page; with --from, for one message, in the terminal. It ends with 1 if the message is
lost, a Function does not answer, or the customer is not the one that is expected.

  --from ADDRESS        who writes: +14155550147, whatsapp:+14155550147, messenger:1002003004, ada@example.com
  --group ADDRESSES     in group MMS, the other members, separated by commas
  --text TEXT           what they write
  --break SWITCH        what is switched on, as on the page; can be repeated
  --expect-customer ID  the customer_id that the author should be linked to; with --group, ID,ID,… for the author, and the
                        others in the order of --group
  --json                prints JSON, and nothing else if it is called as npm run simulate --silent -- …
  --help                shows this

Switches:
${Object.entries(SWITCHES)
  .map(([id, label]) => `  ${id.padEnd(20)}  ${label}`)
  .join('\n')}`;

const options = {
  from: { type: 'string' },
  group: { type: 'string' },
  text: { type: 'string' },
  break: { type: 'string', multiple: true },
  'expect-customer': { type: 'string' },
  json: { type: 'boolean' },
} as const;

interface Flags {
  from?: string;
  group?: string;
  text?: string;
  break?: string[];
  'expect-customer'?: string;
  json?: boolean;
}

export const simulate: Command<typeof options> = {
  usage: USAGE,
  options,
  run: async (flags: Flags, caller) =>
    flags.from === undefined ? onPage(flags, caller) : inTerminal(flags, caller),
};

async function onPage(flags: Flags, caller: Caller): Promise<ExitCode> {
  const without = Object.keys(flags)[0];
  if (without) throw new UsageError(`--from is missing: --${without} is for one message`);
  let port: number;
  try {
    port = readPort(DEFAULT_PORT, COMMAND);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return simulateOnPage(port, caller);
}

async function inTerminal(flags: Flags, { signal, result, problem }: Caller): Promise<ExitCode> {
  const from = readAddress('--from', flags.from ?? '');
  const others = flags.group?.split(',').map((typed) => readAddress('--group', typed));
  if ((others?.length ?? 0) > OTHERS_MAX) throw new UsageError(`--group: ${OTHERS_MAX} at the most`);
  const text = flags.text ?? 'Hello';
  if (text.length > TEXT_MAX_LENGTH)
    throw new UsageError(`--text: ${TEXT_MAX_LENGTH} characters at the most`);
  const switches = (flags.break ?? []).map(readSwitch);
  const expected = flags['expect-customer']?.split(',').map((id) => id.trim());
  const people = 1 + (others?.length ?? 0);
  if (expected?.some((id) => !id)) throw new UsageError('--expect-customer is empty');
  if (expected && expected.length > people) {
    throw new UsageError(`--expect-customer has ${expected.length} IDs, but ${people} write`);
  }

  // What is left is removed when the process ends.
  signal.addEventListener('abort', () => process.exit(EXIT.interrupted));
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(EXIT.interrupted));
  await buildFirst();
  const simulator = await startSimulator();
  for (const id of switches) simulator.setSwitch(id, true);
  const conversation = await simulator.twilio.receive({ from, text, others });
  await simulator.stop();

  const { twilio, log } = simulator;
  const traffic = twilio.traffic.exchanges;
  const source = simulator.source();
  const customersFile = simulator.customersFile();
  result(printRun(conversation, traffic, simulator.customersInWords(), log), {
    lost: !conversation,
    source,
    customersFile,
    conversation,
    traffic,
    log,
  });
  if (!conversation) return EXIT.problem;
  const unanswered = traffic.filter(({ direction, answer }) => direction === 'webhook' && !answer?.status);
  for (const { title, words } of unanswered) problem(`${title}: ${words}`);
  if (unanswered.length > 0) return EXIT.problem;
  if (!expected) return EXIT.done;
  const unlike = expected.flatMap((id, i) => {
    const who = i === 0 ? 'the author' : `number ${i} of --group`;
    const customerId = readAttributes(conversation.participants[i]?.attributes).customer_id;
    if (customerId === id) return [];
    return `Expected that ${who} is ${id}, but ${customerId ? `it is ${customerId}` : 'nobody is linked'}`;
  });
  for (const words of unlike) problem(words);
  if (expected.length < people) problem(`Checked the first ${expected.length} of ${people} who write`);
  return unlike.length > 0 ? EXIT.problem : EXIT.done;
}

function readAddress(flag: string, typed: string): string {
  const { address, hint } = readTypedAddress(typed);
  if (address === undefined) throw new UsageError(`${flag} ${JSON.stringify(typed)}: ${hint}`);
  return address;
}

function readSwitch(id: string): SwitchId {
  if (!isSwitchId(id)) throw new UsageError(`--break ${id}: there is no such switch`);
  return id;
}
