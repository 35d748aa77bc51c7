/** How people write phone numbers in a CRM, and whose number it is then. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString as parse } from 'libphonenumber-js';

/** What is between the groups of a number. */
const SEPARATORS = ['', ' ', '-', '.'];

/**
 * The forms in which people write a number: E.164, international, national, digits only. Only those are among them
 * that are this number and no other: without a country code, a number is one of the default country.
 *
 * @param number in E.164
 * @param defaultCountry its ISO code; without it there are no national forms
 * @throws Error if the default country is none
 */
export function writtenForms(number: string, defaultCountry?: string): string[] {
  const parsed = parse(number);
  const international = (parsed?.formatInternational() ?? number).slice(1).split(' ');
  const national = parsed?.formatNational() ?? '';
  const [code = '', ...groups] = international;
  const joined = SEPARATORS.flatMap((separator) => {
    const digits = international.join(separator);
    const spaced = `${code} ${groups.join(separator)}`;
    const local = national.match(/\d+/g)?.join(separator) ?? '';
    return [`+${digits}`, digits, `00${digits}`, `+${spaced}`, spaced, local];
  });
  const more = [
    national,
    national.replace(') ', ')'),
    `+${code} ${national}`,
    `${code} ${national}`,
    `+${code} (0)${groups.join(' ')}`,
    `+${code} (0) ${groups.join(' ')}`,
    `+${code}(0)${groups.join('')}`,
  ];
  // The 1 that Mexico took out of its mobile numbers in 2019.
  const mexican = number.replace(/^\+52(?=\d{10}$)/, '+521');
  const own = [...joined, ...more].filter((form) => readNumber(form, defaultCountry) === number);
  return [...new Set([number, ...own, mexican])];
}

/**
 * Reads a number as somebody wrote it.
 *
 * @returns the number in E.164; `undefined` if it is none
 * @throws Error if the default country is none
 */
export function readNumber(written: string, defaultCountry?: string): string | undefined {
  const country = countryOf(defaultCountry);
  const international = /\+.*/s.exec(written)?.[0] ?? written.replace(/^\D*00/, '+');
  const whole = parse(`+${international.replace(/\D/g, '')}`);
  if (international.startsWith('+')) return whole?.number;

  const national = country && parse(international, country);
  // One that starts with the code of the default country counts as international.
  const isWhole = whole?.isValid() && whole.countryCallingCode === national?.countryCallingCode;
  if (national?.isValid() && !isWhole) return national.number;
  return whole?.isPossible() ? whole.number : undefined;
}

function countryOf(defaultCountry: string | undefined): CountryCode | undefined {
  const code = defaultCountry?.trim().toUpperCase();
  if (!code) return undefined;
  if (isSupportedCountry(code)) return code;
  throw new Error('CRM_DEFAULT_COUNTRY is not a country: give its ISO code, such as US');
}

/** The digits of a number without its country code: area code and local number. */
export function localDigits(number: string): string {
  return parse(number)?.nationalNumber ?? number.slice(1);
}
