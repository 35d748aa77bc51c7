import { Problem } from '../../problem';
import { listHeaders } from './headers';

const VARIABLES = [
  'CSV_ID_COLUMN',
  'CSV_NAME_COLUMN',
  'CSV_PHONE_COLUMN',
  'CSV_EMAIL_COLUMN',
  'CSV_AVATAR_COLUMN',
] as const;

/** The variables of `.env` that name columns, if their headers do not tell what is in them. */
export type CsvSettings = { [variable in (typeof VARIABLES)[number]]?: string };

const ONE_COLUMN: (keyof CsvSettings)[] = ['CSV_ID_COLUMN', 'CSV_AVATAR_COLUMN'];

/** The columns that a variable names: one header, or several with commas between them. */
export function columnsNamed(variable: keyof CsvSettings, setting: string | undefined, headers: string[]) {
  if (!setting?.trim()) return undefined;
  const names = splitNames(setting, headers);
  for (const { name, column } of names) {
    if (column >= 0) continue;
    throw new Problem(
      `has no column ${JSON.stringify(name)}, which ${variable} in .env names; there are: ${listHeaders(headers)}`,
    );
  }
  if (names.length > 1 && ONE_COLUMN.includes(variable)) {
    throw new Problem(`${variable} in .env names ${names.length} columns, and has to name one`);
  }
  return names.map(({ column }) => column);
}

/** Headers with commas between them, of which a header may have some itself; `column` is -1 for one that is not there. */
function splitNames(setting = '', headers: string[]): { name: string; column: number }[] {
  const plain = (text: string) => text.normalize('NFC').toLowerCase();
  const known = headers.map(plain);
  const parts = setting.split(',');
  for (let end = parts.length; end > 0; end--) {
    const name = parts.slice(0, end).join(',').trim();
    const column = name ? known.indexOf(plain(name)) : -1;
    const others = parts.slice(end);
    if (column < 0 && end > 1) continue;
    return [{ name, column }, ...(others.length > 0 ? splitNames(others.join(','), headers) : [])];
  }
  return [];
}

/** Whether `.env` names a column that is there. */
export function isAnyNamed(settings: CsvSettings, headers: string[]): boolean {
  return VARIABLES.some((variable) =>
    splitNames(settings[variable], headers).some(({ column }) => column >= 0),
  );
}
