import { isShortened } from '../address-key';

/**
 * What is between several values in a cell: ` ::: ` in Google Contacts, a comma in Pipedrive, a semicolon in HubSpot, line
 * breaks; a slash, which people write inside numbers, or a word only before a number with its country code.
 */
const BETWEEN_VALUES = /:::|[,|\r\n]|;(?!ext=)|\s(?:\/|&|or|and|oder|und|ou|et|y)\s(?=\s*\+\d)/i;
/** What a cell of one value does not have. */
const SEVERAL_VALUES = /[:;,|<\r\n]|\s\+/;
/** What is dialled after pauses, once the call is taken: `+14155550147,,4791234567#`. */
const DIALLED = /,[\s,]{0,9}[\d*]+#|,\s?,[\s,]{0,9}\d[\d*]*(?![\d*])/g;

/** The values of a cell: `Okafor, Ada <ada@example.com>` is one, whatever is in the name. */
export function valuesOf(written: string, type: string): string[] {
  const cell = type === 'email' || !written.includes(',') ? written : written.replace(DIALLED, '');
  if (!SEVERAL_VALUES.test(cell) || isShortened(cell)) return [cell];
  const inBrackets =
    type === 'email' ? [...cell.matchAll(/<([^<>]+)>/g)].map(([, address = '']) => address) : [];
  const values = inBrackets.length > 0 ? inBrackets : cell.split(BETWEEN_VALUES);
  return values.map(cleanCell).filter(Boolean);
}

/** How Dutch and Afrikaans names begin: `'t Hooft`, `'s-Gravesande`. */
const SHORT_ARTICLE = /^'(?:[tsnk] |er |s-(?=\p{Lu}))/u;

/** A cell without what keeps Excel from taking it for a number or a formula: `'+14155550147`, `="0147"`. */
export function cleanCell(cell: string): string {
  if (cell.startsWith("'") && !SHORT_ARTICLE.test(cell)) return cell.slice(1).trim();
  return (cell.startsWith('=') ? cell.replace(/^="(.*)"$/s, '$1') : cell).trim();
}
