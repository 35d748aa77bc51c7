import { Problem } from '../../problem';
import type { Caller } from '../command-line';

/** What is going to be changed. */
export interface Proposal {
  shown: string;
  /** What somebody will miss. */
  warnings: string[];
  question: string;
  /** What `--json` prints of it if it is only shown, or they do not agree. */
  summary: object;
}

/** Shows what would be changed, by `--dry-run`. */
export function showOnly(
  { shown, warnings, summary }: Omit<Proposal, 'question'>,
  { result }: Pick<Caller, 'result'>,
): void {
  const lines = warnings.map((line) => `! ${line}`);
  result([shown, ...lines, 'Nothing has been changed.'].join('\n\n'), summary);
}

/**
 * Goes on only if whoever runs the command agrees: on a terminal they are asked; a script says `--yes` and, if it takes
 * something from somebody, `--replace`.
 *
 * @throws Problem if they do not agree
 */
export async function askFirst(
  { shown, warnings, question, summary }: Proposal,
  { yes, replace }: { yes: boolean; replace: boolean },
  { confirm, note, problem }: Pick<Caller, 'confirm' | 'note' | 'problem'>,
): Promise<void> {
  const refused = (why: string) => Object.assign(new Problem(why), { details: summary });
  note(`\n${shown}\n`);
  for (const warning of warnings) problem(`! ${warning}`);
  if (yes) {
    if (warnings.length === 0 || replace) return;
    throw refused('Nothing has been changed: that takes --yes --replace.');
  }
  if (!confirm)
    throw refused('Nothing has been changed: without a terminal, that takes --yes. See it by --dry-run.');
  if (!(await confirm(question))) throw refused('Nothing has been changed.');
}
