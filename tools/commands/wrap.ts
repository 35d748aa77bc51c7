import { stripVTControlCharacters } from 'node:util';

/** How wide lines may be: as a terminal is, some of which say 0; what goes elsewhere stays as it is written. */
export function widthOf({ isTTY, columns }: { isTTY?: boolean; columns?: number }): number {
  return isTTY ? columns || 80 : Number.POSITIVE_INFINITY;
}

/** Lines of words, none longer than the width, but for a word that is. What is in [brackets] is one. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.match(/\[[^\]]*\]\S*|\S+/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Text whose sentences fit a terminal. Lines that are indented are laid out already, and stay. */
export function fitTo(columns: number, text: string): string {
  const fit = (line: string) => {
    if (stripVTControlCharacters(line).length <= columns || line.startsWith(' ')) return line;
    return hang(line.startsWith('! ') ? '! ' : '', line, columns);
  };
  return text.split('\n').map(fit).join('\n');
}

/** What a line of a usage begins with, which those that go on with it are indented by: the command, the flag, or nothing. */
const START = /^(npm run \S+ (?:\[?-- )?| +\S.*? {2,}(?=\S)| +)?/;

/** What `--help` shows, in a terminal that may be narrower than it is written for. */
export function fitUsage(columns: number, usage: string): string {
  const lines = usage.split('\n');
  if (lines.every((line) => line.length <= columns)) return usage;
  const blocks: { start: string; text: string }[] = [];
  for (const line of lines) {
    const [start = ''] = START.exec(line) ?? [];
    const last = blocks.at(-1);
    const goesOn = last?.text && line && start === ' '.repeat(last.start.length);
    if (goesOn) last.text += ` ${line.trim()}`;
    else blocks.push({ start, text: line });
  }
  return blocks.map(({ start, text }) => hang(start, text, columns)).join('\n');
}

/** Lines of a text, of which all but the first are indented by what it begins with. */
function hang(start: string, text: string, columns: number): string {
  const lines = wrap(text.slice(start.length), columns - start.length);
  return start + lines.join(`\n${' '.repeat(start.length)}`);
}
