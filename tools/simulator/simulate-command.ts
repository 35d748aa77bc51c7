import { type Caller, type Command, type ExitCode, UsageError } from '../commands/command-line';
import { readPort } from '../runtime/port';
import { simulateInTerminal, type TerminalFlags } from './simulate-in-terminal';
import { COMMAND, DEFAULT_PORT, simulateOnPage } from './simulate-on-page';
import { SWITCHES } from './switches';

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

export const simulate: Command<typeof options> = {
  usage: USAGE,
  options,
  run: async (flags: TerminalFlags, caller) =>
    flags.from === undefined ? onPage(flags, caller) : simulateInTerminal(flags, caller),
};

async function onPage(flags: TerminalFlags, caller: Caller): Promise<ExitCode> {
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
