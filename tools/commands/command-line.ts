import { type ParseArgsConfig, parseArgs, type styleText } from 'node:util';
import type { Twilio } from 'twilio';
import { Problem } from '../problem';
import type { Retries } from '../twilio/retries';
import { fitTo, fitUsage } from './wrap';

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

export type Options = NonNullable<ParseArgsConfig['options']>;
type Flags<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** A command, as `npm run` starts it. `--help` and `--json` are known to each of them. */
export interface Command<O extends Options = Options> {
  /** What `--help` shows: how it is called, what it does, its flags. */
  usage: string;
  /** Its flags. */
  options: O;
  /** What its words beside the flags are called; without that, it takes none. */
  operands?: string;
  /** Whether it does what the Functions do: with the settings in `.env`, and none of the shell's. */
  hasSettingsOfFunctions?: true;
  /** @throws Problem for what whoever runs it has to fix, UsageError if flags do not go together */
  run(flags: Flags<O>, caller: Caller, operands: string[]): Promise<ExitCode>;
}

/** Whoever runs a command, and how long they wait before Twilio is called again. */
export interface Caller extends Retries {
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
  const { columns = Number.POSITIVE_INFINITY } = caller.terminal ?? {};
  const problem = (line: string) => caller.problem(fitTo(columns, line));
  /** One document, whatever happens. */
  const fail = (message: string, shown: string, details?: object) => {
    problem(shown);
    if (args.includes('--json') && !isPrinted) {
      print(JSON.stringify({ ...details, ok: false, error: message }, null, 2));
    }
  };
  try {
    const { values, positionals } = parse(options, args, operands !== undefined, caller.env);
    if (values.help) {
      out(fitUsage(columns, usage));
      return EXIT.done;
    }
    const result = (text: string, json: unknown) => print(values.json ? JSON.stringify(json, null, 2) : text);
    return await run(values, { ...caller, problem, result }, positionals);
  } catch (error) {
    if (error instanceof UsageError) {
      const [synopsis = ''] = usage.split('\n\n');
      fail(error.message, `${error.message}\n\n${fitUsage(columns, synopsis)}\n--help shows more.`);
      return EXIT.usage;
    }
    if (!(error instanceof Problem)) throw error;
    fail(error.message, error.message, error.details);
    return EXIT.problem;
  }
}

function parse<O extends Options>(
  options: O,
  args: string[],
  allowPositionals: boolean,
  env: NodeJS.ProcessEnv,
) {
  const common: Options = { help: { type: 'boolean' }, json: { type: 'boolean' } };
  try {
    const { values, positionals } = parseArgs({ options: { ...options, ...common }, args, allowPositionals });
    return { values: values as Flags<O> & { help?: boolean; json?: boolean }, positionals };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What is left of a flag that npm took is its value.
    if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') refuseSwallowedFlags(Object.keys(options), {}, env);
    // What follows is about arguments that begin with a hyphen.
    throw new UsageError(message.replace(/\. To specify a positional.*/s, ''));
  }
}

/**
 * Without `--` before them, npm takes flags for its own settings, and the command would do what was not asked for.
 *
 * @param names of all flags that the command has
 * @throws UsageError if it has taken one; of `--yes`, people may have made a setting of npm themselves
 */
export function refuseSwallowedFlags(
  names: string[],
  flags: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
) {
  const swallowed = names.filter(
    (name) => name !== 'yes' && !flags[name] && env[`npm_config_${name.replaceAll('-', '_')}`],
  );
  const [first] = swallowed;
  if (!first) return;
  throw new UsageError(
    `npm took --${first} for itself: write npm run ${env.npm_lifecycle_event} -- --${first}`,
  );
}
