import { parseArgs } from 'node:util';
import { EXIT, refuseSwallowedFlags } from './commands/command-line';
import { fitUsage, widthOf } from './commands/wrap';

/**
 * The flags of a command that calls no Twilio, each of which is there or not. Ends the process with `--help`, or a flag that
 * the command does not have.
 */
export function readFlagsOrExit<Name extends string>(
  usage: string,
  names: Name[],
  args = process.argv.slice(2),
): Record<Name, boolean> {
  const { help, ...given } = parse(usage, ['help', ...names], args);
  if (help) endWithUsage(usage);
  return Object.fromEntries(names.map((name) => [name, given[name] === true])) as Record<Name, boolean>;
}

function parse(usage: string, names: string[], args: string[]): Record<string, unknown> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'boolean' as const }]));
  try {
    const { values } = parseArgs({ options, args });
    refuseSwallowedFlags(names, values, process.env);
    return values;
  } catch (error) {
    endWithUsage(usage, (error as Error).message);
  }
}

/** Ends the process, after it has shown how it is called. @param problem why it does nothing, unless that was asked for */
export function endWithUsage(usage: string, problem?: string): never {
  if (problem === undefined) console.log(fitUsage(widthOf(process.stdout), usage));
  else console.error(`${problem}\n\n${fitUsage(widthOf(process.stderr), usage)}`);
  process.exit(problem === undefined ? EXIT.done : EXIT.usage);
}
