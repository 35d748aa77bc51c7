import { parseArgs } from 'node:util';
import { EXIT } from './commands/command-line';
import { refuseSwallowedFlags } from './commands/run-as-process';
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
  if (help) {
    console.log(fitUsage(widthOf(process.stdout), usage));
    process.exit(EXIT.done);
  }
  return Object.fromEntries(names.map((name) => [name, given[name] === true])) as Record<Name, boolean>;
}

function parse(usage: string, names: string[], args: string[]): Record<string, unknown> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'boolean' as const }]));
  try {
    const { values } = parseArgs({ options, args });
    refuseSwallowedFlags(names, values, process.env);
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(EXIT.usage);
  }
}
