import { maskId } from '../../assets/event-log.private';
import { isNoId } from '../../assets/no-value.private';
import { isShortened } from './address-key';

/** Line breaks, and what no CRM has in an ID. */
const CONTROL_CHARACTER = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Excel keeps 15 digits of a number, and makes zeros of those after them. */
const ROUNDED_BY_EXCEL = /^\d{15}0+$/;
const TOO_LONG_FOR_EXCEL = /^\d{16,}$/;

/** Why a text is nobody’s ID, if it is not. */
export function problemOfId(id: string): string | undefined {
  if (isNoId(id)) {
    return 'an ID that is an error or an empty value of a spreadsheet or a program';
  }
  if (id.startsWith('=')) return 'an ID that is a formula: save the file with the values of formulas';
  if (CONTROL_CHARACTER.test(id)) return 'an ID with a line break, or another control character, in it';
  if (id.includes('\uFFFD')) return 'an ID with a character that cannot be read: save the file as UTF-8';
  if (!isShortened(id)) return undefined;
  return 'an ID that Excel has shortened, such as 3.36796E+10: use the file as it was exported';
}

/** Whether an ID has more digits than Excel keeps. */
export function isLongId(id: string): boolean {
  return TOO_LONG_FOR_EXCEL.test(id);
}

/**
 * Whether an ID may be what Excel, or a program that keeps numbers as floating point (pandas, JavaScript), has made of
 * another one. Few exact IDs look so, by chance.
 */
export function mayBeRounded(id: string): boolean {
  if (ROUNDED_BY_EXCEL.test(id)) return true;
  const number = Number(id);
  if (!isLongId(id) || number <= Number.MAX_SAFE_INTEGER || number > 1e21) return false;
  return String(number) === id || BigInt(number) === BigInt(id);
}

/** `row 17 (customer_id "C-1")` */
export function placeOf(at: string, customer_id: string): string {
  return `${at} (customer_id ${maskId(customer_id)})`;
}
