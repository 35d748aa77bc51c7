import { type Command, type Options, runCommand } from '../../tools/commands/command-line';

/**
 * Runs a command in this process.
 *
 * @param caller whoever runs it: by default without a terminal, an environment and an account
 * @returns its exit code, and what it printed as its result and as problems
 */
export async function runHere<O extends Options>(
  command: Command<O>,
  args: string[],
  caller: Partial<Parameters<typeof runCommand>[2]> = {},
) {
  const out: string[] = [];
  const problems: string[] = [];
  const code = await runCommand(command, args, {
    env: {},
    connect: () => {
      throw new Error('no account is needed');
    },
    signal: new AbortController().signal,
    out: (text) => out.push(text),
    problem: (line) => problems.push(line),
    note: () => undefined,
    ...caller,
  });
  return { code, out, problems };
}
