import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type ParseArgsConfig, parseArgs, styleText } from 'node:util';
import type { Twilio } from 'twilio';
import { checkEnvFile, readEnvFile } from '../build/env-file';
import { Problem } from '../problem';
import { connectToTwilio } from '../twilio/account';
import { fitTo } from './wrap';

/** What a command exits with. */
export const EXIT = {
  done: 0,
  /** Something is wrong, or left to do. */
  problem: 1,
  /** It was called in a way that it does not know. */
  usage: 2,
  /** Ctrl-C, as shells count it: 128 and the number of the signal. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

type Options = NonNullable<ParseArgsConfig['options']>;
type Flags<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** A second Ctrl-C that comes later than this ends the process at once, and waits for nothing. */
const SAME_CTRL_C_MS = 1000;

/** A command, as `npm run` starts it. `--help` and `--json` are known to each of them. */
export interface Command<O extends Options = Options> {
  /** What `--help` shows: how it is called, what it does, its flags. */
  usage: string;
  /** Its flags. */
  options: O;
  /** What its words beside the flags are called; without that, it takes none. */
  operands?: string;
  /** @throws Problem for what whoever runs it has to mend, UsageError if flags do not go together */
  run(flags: Flags<O>, caller: Caller, operands: string[]): Promise<ExitCode>;
}

/** Whoever runs a command. */
export interface Caller {
  /** The environment, with what is in `.env`. */
  env: NodeJS.ProcessEnv;
  /** Twilio's REST API, with the account in the environment. @throws Problem if there is none */
  connect(): Twilio;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Prints the result to standard output: as text or, with `--json`, as JSON. */
  result(text: string, json: unknown): void;
  /** Prints a line to standard error: what is wrong. */
  problem(line: string): void;
  /** Prints a line to standard error if somebody is watching: what is going on. */
  note(line: string): void;
  /** The terminal that shows the result, if it goes to one. */
  terminal?: Terminal;
  /** Asks for yes or no; not there if nobody is there to answer. Ctrl-C and Ctrl-D are a no. */
  confirm?(question: string): Promise<boolean>;
}

/** A terminal. */
export interface Terminal {
  /** How many characters fit into a line. */
  columns: number;
  /** Gives text a colour, unless the user wants none. */
  paint(colour: Colour, text: string): string;
}

/** A colour, or another style, of `styleText`. */
export type Colour = Extract<Parameters<typeof styleText>[0], string>;

/** Flags that do not go together, or lack something. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Runs a command with the flags, the `.env` and the terminal of this process, and ends the process. */
export async function runAsProcess<O extends Options>(command: Command<O>): Promise<void> {
  const { env, stdin, stdout, stderr } = process;
  for (const [name, value] of Object.entries(readEnvFile())) env[name] ??= value;
  // What the CRM mapping logs: standard output has the result alone.
  console.log = console.error;
  const interruption = new AbortController();
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
    refuseSwallowedFlags(command, flags, env);
    checkEnvFile();
    return command.run(flags, ...rest);
  };
  const code = await runCommand({ ...command, run }, process.argv.slice(2), {
    env,
    connect: () => connectToTwilio(env, interruption.signal),
    signal: interruption.signal,
    out: (text) => stdout.write(`${text}\n`),
    problem: (line) => stderr.write(`${hasColours(stderr, env) ? styleText('red', line) : line}\n`),
    note: (line) => stderr.isTTY && stderr.write(`${line}\n`),
    ...(stdout.isTTY && {
      terminal: {
        columns: stdout.columns,
        paint: (colour, text) => (hasColours(stdout, env) ? styleText(colour, text) : text),
      },
    }),
    ...(stdin.isTTY &&
      stderr.isTTY && { confirm: (question) => confirm(question, stdin, stderr, interruption) }),
  });
  process.exit(interruption.signal.aborted ? EXIT.interrupted : code);
}

/**
 * Without `--` before them, npm takes flags for its own settings, and the command would do what was not asked for.
 *
 * @throws UsageError if it has taken one; of `--yes`, people may have made a setting of npm themselves
 */
export function refuseSwallowedFlags(
  { options }: Pick<Command, 'options'>,
  flags: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
) {
  const swallowed = Object.keys(options).filter(
    (name) => name !== 'yes' && !flags[name] && env[`npm_config_${name.replaceAll('-', '_')}`],
  );
  const [first] = swallowed;
  if (!first) return;
  throw new UsageError(
    `npm took --${first} for itself: write npm run ${env.npm_lifecycle_event} -- --${first}`,
  );
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

/**
 * Runs a command, and says what is wrong; with `--json` also as JSON. An error that is neither a Problem nor a UsageError
 * is thrown: it is a bug.
 */
export async function runCommand<O extends Options>(
  { usage, options, operands, run }: Command<O>,
  args: string[],
  { out, ...caller }: Omit<Caller, 'result'> & { out(text: string): void },
): Promise<ExitCode> {
  let isPrinted = false;
  const print = (text: string) => {
    isPrinted = true;
    out(text);
  };
  /** One document, whatever happens. */
  const fail = (message: string, shown: string, details?: object) => {
    caller.problem(caller.terminal ? fitTo(caller.terminal.columns, shown) : shown);
    if (args.includes('--json') && !isPrinted) {
      print(JSON.stringify({ ...details, ok: false, error: message }, null, 2));
    }
  };
  try {
    const { values, positionals } = parse(options, args, operands !== undefined);
    if (values.help) {
      out(usage);
      return EXIT.done;
    }
    const result = (text: string, json: unknown) => print(values.json ? JSON.stringify(json, null, 2) : text);
    return await run(values, { ...caller, result }, positionals);
  } catch (error) {
    if (error instanceof UsageError) {
      const [synopsis] = usage.split('\n\n');
      fail(error.message, `${error.message}\n\n${synopsis}\n--help shows more.`);
      return EXIT.usage;
    }
    if (!(error instanceof Problem)) throw error;
    fail(error.message, error.message, error.details);
    return EXIT.problem;
  }
}

function parse<O extends Options>(options: O, args: string[], allowPositionals: boolean) {
  const common: Options = { help: { type: 'boolean' }, json: { type: 'boolean' } };
  try {
    const { values, positionals } = parseArgs({ options: { ...options, ...common }, args, allowPositionals });
    return { values: values as Flags<O> & { help?: boolean; json?: boolean }, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
