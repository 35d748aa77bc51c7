import { once, setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { addEnvFile, checkEnvFile, warningOfShell } from '../build/env-file';
import { type Command, EXIT, type Options, refuseSwallowedFlags, runCommand } from './command-line';
import { widthOf } from './wrap';

/** A second Ctrl-C that comes later than this ends the process at once, and waits for nothing. */
const SAME_CTRL_C_MS = 1000;

/** Runs a command with the flags, the `.env` and the terminal of this process, and ends the process. */
export async function runAsProcess<O extends Options>(command: Command<O>): Promise<void> {
  const { env, stdin, stdout, stderr } = process;
  const { hasSettingsOfFunctions = false } = command;
  const ofShell = hasSettingsOfFunctions && warningOfShell(env);
  addEnvFile(env, hasSettingsOfFunctions);
  // What the CRM mapping logs: standard output has the result alone.
  console.log = console.error;
  const interruption = new AbortController();
  // Each call that waits listens: Node would warn of more than ten.
  setMaxListeners(0, interruption.signal);
  let interruptedAt = Number.POSITIVE_INFINITY;
  process.on('SIGINT', () => {
    // The same one comes twice: npm passes on the Ctrl-C that the terminal has sent already.
    if (performance.now() - interruptedAt > SAME_CTRL_C_MS) process.exit(EXIT.interrupted);
    interruptedAt = Math.min(interruptedAt, performance.now());
    interruption.abort();
  });
  // Whoever reads has seen enough, such as `head`: it ends as after Ctrl-C.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      interruption.abort();
    });
  }
  const run: typeof command.run = (flags, ...rest) => {
    refuseSwallowedFlags([...Object.keys(command.options), 'json'], flags, env);
    checkEnvFile();
    if (ofShell) stderr.write(`${ofShell}\n`);
    return command.run(flags, ...rest);
  };
  const code = await runCommand({ ...command, run }, process.argv.slice(2), {
    env,
    connect() {
      // Not every command calls Twilio, whose package is a third of what the others need to start.
      const { connectToTwilio }: typeof import('../twilio/account') = require('../twilio/account');
      return connectToTwilio(env, interruption.signal);
    },
    signal: interruption.signal,
    out: (text) => stdout.write(`${text}\n`),
    problem: (line) =>
      stderr.write(`${hasColours(stderr, env) ? styleText('red', line, { validateStream: false }) : line}\n`),
    note: (line) => stderr.isTTY && stderr.write(`${line}\n`),
    ...(stdout.isTTY && {
      terminal: {
        columns: widthOf(stdout),
        paint: (colour, text) => (hasColours(stdout, env) ? styleText(colour, text) : text),
      },
    }),
    ...(stdin.isTTY &&
      stderr.isTTY && { confirm: (question) => confirm(question, stdin, stderr, interruption) }),
  });
  process.exit(interruption.signal.aborted ? EXIT.interrupted : code);
}

/** Asks on a terminal. Ctrl-C and Ctrl-D are a no. */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  interruption: AbortController,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  // While it waits for an answer, Ctrl-C comes to it, and not to the process.
  terminal.on('SIGINT', () => interruption.abort());
  // At the end of the input, by Ctrl-D, some versions of Node never settle the question.
  const closed = once(terminal, 'close').then(() => '');
  try {
    const asked = terminal.question(`${question} [y/N] `, { signal: interruption.signal });
    const answer = await Promise.race([asked, closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    output.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}

/** Whether to write in colours: to a terminal, unless https://no-color.org says no. */
export function hasColours(stream: { isTTY?: boolean }, { NO_COLOR }: NodeJS.ProcessEnv): boolean {
  return Boolean(stream.isTTY) && !NO_COLOR;
}
