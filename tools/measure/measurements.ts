import { readFileSync, writeFileSync } from 'node:fs';

/** The page that the tables are in. */
export const PAGE = 'docs/measurements.md';

/** Prints a table in Markdown, and puts it into the page, unless `onlyPrint`. See `writeText`. */
export function writeTable(name: string, header: string[], rows: string[][], onlyPrint: boolean) {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const table = [header, header.map((_cell, i) => (i === 0 ? '---' : '--:')), ...rows].map(line).join('\n');
  writeText(name, table, onlyPrint);
}

/**
 * Prints a text, and puts it into the page between `<!-- name -->` and `<!-- /name -->`, unless `onlyPrint`.
 *
 * @throws Error if the page has no such place
 */
export function writeText(name: string, text: string, onlyPrint: boolean) {
  console.log(`${text}\n`);
  if (onlyPrint) return;
  const page = readFileSync(PAGE, 'utf8');
  const place = new RegExp(`(?<=<!-- ${name} -->\n).*?(?=<!-- /${name} -->)`, 's');
  if (!place.test(page)) throw new Error(`${PAGE} has no <!-- ${name} --> and <!-- /${name} -->`);
  writeFileSync(
    PAGE,
    page.replace(place, () => `\n${text}\n\n`),
  );
}
