/** Lines of words, none longer than the width, but for a word that is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Text whose sentences fit a terminal. Lines that are indented are laid out already, and stay. */
export function fitTo(columns: number, text: string): string {
  const fit = (line: string) => {
    if (line.length <= columns || line.startsWith(' ')) return line;
    const indent = line.startsWith('! ') ? '  ' : '';
    return wrap(line, columns - indent.length).join(`\n${indent}`);
  };
  return text.split('\n').map(fit).join('\n');
}
