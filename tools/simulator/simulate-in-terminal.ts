import { buildFirst } from '../build/rebuild';
import { type Caller, EXIT, type ExitCode, UsageError } from '../commands/command-line';
import { readTypedAddress } from '../typed-address';
import type { Conversation } from './conversation';
import { exitWhenTold } from './exit-when-told';
import { OTHERS_MAX, TEXT_MAX_LENGTH } from './message-input';
import { printRun, readAttributes } from './print';
import { type Simulator, startSimulator } from './simulator';
import { isSwitchId, SWITCHES, type SwitchId } from './switches';

/** The flags that `npm run simulate` has for one message. */
export interface TerminalFlags {
  from?: string;
  group?: string;
  text?: string;
  break?: string[];
  'expect-customer'?: string;
  json?: boolean;
}

/**
 * Plays one message, and prints what came of it.
 *
 * @param start serves the Functions that it is played on
 * @throws UsageError if the flags are no message
 * @throws Problem if the Functions cannot be built
 */
export async function simulateInTerminal(
  flags: TerminalFlags,
  { signal, result, problem }: Caller,
  start = buildAndStart,
): Promise<ExitCode> {
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

  const simulator = await start(signal);
  for (const id of switches) simulator.setSwitch(id, true);
  const conversation = await simulator.twilio.receive({ from, text, others });
  await simulator.stop();

  const { twilio, log } = simulator;
  const traffic = twilio.traffic.exchanges;
  const unanswered = traffic.filter(({ direction, answer }) => direction === 'webhook' && !answer?.status);
  const problems = [
    ...unanswered.map(({ title, words }) => `${title}: ${words}`),
    ...(conversation && expected ? unlike(expected, conversation) : []),
  ];
  const ok = conversation !== undefined && problems.length === 0;
  result(printRun(conversation, traffic, simulator.customersInWords(), log), {
    ok,
    problems,
    lost: !conversation,
    source: simulator.source(),
    customersFile: simulator.customersFile(),
    conversation,
    traffic,
    log,
  });
  for (const words of problems) problem(words);
  if (conversation && expected && expected.length < people) {
    problem(`Checked the first ${expected.length} of ${people} who write`);
  }
  return ok ? EXIT.done : EXIT.problem;
}

/** Who is linked to another customer than is expected of them, or to none. */
function unlike(expected: string[], { participants }: Conversation): string[] {
  return expected.flatMap((id, i) => {
    const who = i === 0 ? 'the author' : `number ${i} of --group`;
    const customerId = readAttributes(participants[i]?.attributes).customer_id;
    if (customerId === id) return [];
    return `Expected that ${who} is ${id}, but ${customerId ? `it is ${customerId}` : 'nobody is linked'}`;
  });
}

async function buildAndStart(signal: AbortSignal): Promise<Simulator> {
  exitWhenTold(signal, EXIT.interrupted);
  await buildFirst();
  return startSimulator();
}

function readAddress(flag: string, typed: string): string {
  const { address, hint } = readTypedAddress(typed);
  if (address === undefined) throw new UsageError(`${flag} ${JSON.stringify(typed)}: ${hint}`);
  return address;
}

function readSwitch(id: string): SwitchId {
  if (!isSwitchId(id))
    throw new UsageError(
      `--break ${id}: there is no such switch; there are: ${Object.keys(SWITCHES).join(', ')}`,
    );
  return id;
}
