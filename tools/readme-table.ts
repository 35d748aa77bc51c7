import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Prints a table in Markdown, and puts it into the README between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error where the README has no such place
 */
export function writeTable(name: string, header: string[], rows: string[][], onlyPrint: boolean) {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const table = [header, header.map((_cell, i) => (i === 0 ? '---' : '--:')), ...rows].map(line).join('\n');
  console.log(table);
  if (onlyPrint) return;
  const readme = readFileSync('README.md', 'utf8');
  const place = new RegExp(`(?<=<!-- ${name} -->\n).*?(?=<!-- /${name} -->)`, 's');
  if (!place.test(readme)) throw new Error(`README.md has no <!-- ${name} --> and <!-- /${name} -->`);
  writeFileSync('README.md', readme.replace(place, `\n${table}\n\n`));
}
