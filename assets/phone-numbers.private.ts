/** How people write phone numbers in a CRM, and whose number it is then. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString as parse } from 'libphonenumber-js';

const EXTENSION = /[\s,;]*(?:;?ext(?:ension|n)?|x|#)[\s.:=]*\d{1,7}\s*$/i;

/**
 * Reads a number as somebody wrote it, as text or into a numeric field. Without a plus or 00 before it, it is one of the
 * country if it is valid there.
 *
 * @param country where numbers without a country code are from: its ISO code, or a phone number of it in E.164
 * @returns the number in E.164, without an extension; `undefined` if it is none
 * @throws Error if the country is none
 */
export function readNumber(written: string | number, country?: string): string | undefined {
  const home = homeOf(country);
  const text = String(written).replace(EXTENSION, '');
  const afterPlus = /\+(.*)/s.exec(text)?.[1];
  if (afterPlus !== undefined) return readInternational(afterPlus);

  const digits = text.replace(/\D/g, '');
  if (digits.startsWith('00')) return readInternational(digits.slice(2));
  const national = home && parse(digits, home);
  const whole = parse(`+${digits}`);
  // One that starts with the code of the country counts as international.
  const isWhole = whole?.isValid() && whole.countryCallingCode === national?.countryCallingCode;
  if (national?.isValid() && !isWhole) return national.number;
  if (whole?.isValid()) return whole.number;
  // As it is dialled in North America; or without the zero that a numeric field takes away.
  const dialled = digits.startsWith('011') ? parse(`+${digits.slice(3)}`) : undefined;
  const zeroed = typeof written === 'number' && home ? parse(`0${digits}`, home) : undefined;
  return [dialled, zeroed].find((number) => number?.isValid())?.number;
}

function readInternational(text: string): string | undefined {
  const read = (part: string) => parse(`+${part.replace(/\D/g, '')}`);
  const whole = read(text);
  if (whole?.isValid()) return whole.number;
  const withoutTrunk = read(text.replace('(0)', ''));
  return withoutTrunk?.isValid() ? withoutTrunk.number : whole?.number;
}

/** What libphonenumber calls the country; `undefined` if nothing says it. */
function homeOf(country: string | undefined) {
  const code = country?.trim().toUpperCase();
  if (!code) return undefined;
  if (code.startsWith('+')) {
    const callingCode = parse(code)?.countryCallingCode;
    return callingCode ? { defaultCallingCode: String(callingCode) } : undefined;
  }
  if (isSupportedCountry(code)) return { defaultCountry: code as CountryCode };
  throw new Error('CRM_DEFAULT_COUNTRY is not a country: give its ISO code, such as US');
}

/**
 * Mobile numbers that have two forms, of which WhatsApp writes one and a CRM may have the other. `parseAddress` makes one of
 * them; this leads back to both.
 */
const TWINS: [RegExp, string[]][] = [
  // Brazil put a 9 before its mobile numbers: https://github.com/chatwoot/chatwoot/issues/6222
  [/^\+55([1-9]\d)9?([6-9]\d{7})$/, ['+55$19$2', '+55$1$2']],
  // Argentina's mobile numbers have a 9 if called from abroad: https://en.wikipedia.org/wiki/Telephone_numbers_in_Argentina
  [/^\+549?(\d{10})$/, ['+549$1', '+54$1']],
  // Mexico took out the 1 in 2019: https://en.wikipedia.org/wiki/Telephone_numbers_in_Mexico
  [/^\+521?(\d{10})$/, ['+52$1', '+521$1']],
];

/** A number in E.164, and the other forms in E.164 that it may have. */
export function sameNumbers(number: string): string[] {
  const [pattern, forms = []] = TWINS.find(([some]) => some.test(number)) ?? [];
  return [...new Set([number, ...forms.map((form) => number.replace(pattern ?? number, form))])];
}

/**
 * The digits of a number in the ways that people write it: national with and without the trunk prefix, and international
 * after nothing, 00, 011, and before (0). Others may have the same digits: read what they belong to.
 *
 * @param number in E.164
 */
export function digitForms(number: string): string[] {
  const forms = sameNumbers(number).flatMap((same) => {
    const parsed = parse(same);
    if (!parsed) return [same.slice(1)];
    const { countryCallingCode: code, nationalNumber } = parsed;
    const withTrunk = parsed.formatNational().replace(/\D/g, '');
    const whole = `${code}${nationalNumber}`;
    return [nationalNumber, withTrunk, whole, `00${whole}`, `011${whole}`, `${code}0${nationalNumber}`];
  });
  return [...new Set(forms)];
}
