import { readFileSync, writeFileSync } from 'node:fs';

/** Prints a table in Markdown, and puts it into the README, unless `onlyPrint`. See `writeText`. */
export function writeTable(name: string, header: string[], rows: string[][], onlyPrint: boolean) {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const table = [header, header.map((_cell, i) => (i === 0 ? '---' : '--:')), ...rows].map(line).join('\n');
  writeText(name, table, onlyPrint);
}

/**
 * Prints a text, and puts it into the README between `<!-- name -->` and `<!-- /name -->`, unless `onlyPrint`.
 *
 * @throws Error where the README has no such place
 */
export function writeText(name: string, text: string, onlyPrint: boolean) {
  console.log(`${text}\n`);
  if (onlyPrint) return;
  const readme = readFileSync('README.md', 'utf8');
  const place = new RegExp(`(?<=<!-- ${name} -->\n).*?(?=<!-- /${name} -->)`, 's');
  if (!place.test(readme)) throw new Error(`README.md has no <!-- ${name} --> and <!-- /${name} -->`);
  writeFileSync(
    'README.md',
    readme.replace(place, () => `\n${text}\n\n`),
  );
}
