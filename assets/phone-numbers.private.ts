/** How people write phone numbers in a CRM, and whose number it is then. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString as parse } from 'libphonenumber-js';

/** A number that a program has kept as floating point: pandas writes `628121234567.0`. */
const FLOAT = /^\s*(\+?[1-9]\d{6,14})\.0{1,2}\s*$/;
/** The longest text that libphonenumber reads as a number. */
const TEXT_MAX_LENGTH = 250;
/** Fewer digits are no phone number, but a part of one, an extension or a note. */
const DIGITS_MIN = 7;
/** What may be an area code before a slash: with its prefix, or before the rest of a number that has none either. */
const AREA_CODE = /^[\s.]*(?:[+(0][\d\s()]{1,11}|\d{2,4}\s*(?=\/\s*[1-9]))\//;
/** However a number is written, it ends in the same digits; the shortest national numbers have as many. */
const ENDING_LENGTH = 4;
/** Reading a number takes up to 1 ms, in which nothing else is answered. */
const READINGS_MAX = 300;
/** What is between several numbers in a field, each with words of its own. */
const BETWEEN_NUMBERS = /[,;|\n]|\s(?:\/|&|-|or|and|oder|und|ou|et|y)\s/i;
/** A note such as (22.03.2021). */
const DATE = /^\s*(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})\s*\)/;
/** Words beside a number that is not, or no longer, the customer's own. */
const SOMEBODY_ELSE = new RegExp(
  `\\b(?:${[
    'fax(?:es|nummer|number)?|telefax',
    'assistant|asst|assistenz|assistentin|secretary|sekretariat|manager|boss|colleague|kolleg(?:e|in)',
    'spouse|wife|husband|partner|ehefrau|ehemann|femme|esposa|esposo|marido',
    'mother|father|mom|mum|dad|parent|grandma|grandpa|mutter|vater',
    'son|daughter|brother|sister|child|sohn|tochter|hijo|hija|friend|relative|roommate|neighbou?r|emergency|c/o',
    'wrong|falsche?|disconnected|do not use',
    // Not Old Trafford.
    '(?:old|former|previous)(?=\\s*(?:number|phone|mobile|cell|[:)(+\\d]|$))',
  ].join('|')})(?!\\w)`,
  'i',
);

/** Whether a text has as many digits as a phone number, whatever is between them. */
export function hasDigitsOfNumber(text: string): boolean {
  return digitsOf(text).length >= DIGITS_MIN;
}

/** Whether the words beside a number say that it is not the customer's own: `+14155550147 (his wife)`, `Work Fax`, `wrong number`. */
export function isOfSomebodyElse(written: string): boolean {
  return SOMEBODY_ELSE.test(written);
}

/** `assistant Jo`, which is about the number before it or the one after it. */
export function isNoteOnSomebodyElse(text: string): boolean {
  return !hasDigitsOfNumber(text) && isOfSomebodyElse(text);
}

/**
 * Reads the numbers that somebody wrote into a field, which may have notes and extensions between them.
 *
 * @param country where numbers without a country code are from: its ISO code
 * @param neighbour if the country is not known, a number in E.164 from the same one
 * @returns the numbers in E.164, without extensions
 * @throws Error if `country` is not the code of a country
 */
export function readNumbers(written: string | number, country?: string, neighbour?: string): string[] {
  const home = homeOf(country, neighbour);
  const read = (part: string | number) => readNumber(part, home);
  return partsOf(written, read).flatMap((part) => read(part) ?? []);
}

/**
 * Finds a number, in whatever form it is written, in as many texts as a CRM may answer.
 *
 * @param number in E.164
 * @param country and `neighbour`: see `readNumbers`
 * @returns whether a text has the number, and no words beside it that say that it is somebody else's
 * @throws Error, from what is returned, if too many end in the same digits: reading them all would block the process
 */
export function numberFinder(number: string, country?: string, neighbour?: string) {
  const home = homeOf(country, neighbour);
  const same = sameNumbers(number);
  const ending = number.slice(-ENDING_LENGTH);
  let readings = 0;
  const read = (part: string | number) => {
    if (++readings > READINGS_MAX)
      throw new Error('too many numbers were found that end like the one asked for');
    return readNumber(part, home);
  };
  const hasEnding = (written: string | number) => digitsOf(inPlainDigits(String(written))).includes(ending);
  const isIn = (written: string | number) =>
    partsOf(written, read).some((part) => hasEnding(part) && same.includes(read(part) ?? ''));
  return (field: string | number): boolean => {
    const written = typeof field === 'number' ? field : beginningOf(field);
    if (!hasEnding(written)) return false;
    if (typeof written === 'number' || !isOfSomebodyElse(written)) return isIn(written);
    const texts = written.split(BETWEEN_NUMBERS);
    if (texts.some(isNoteOnSomebodyElse)) return false;
    return texts.some((text) => hasEnding(text) && !isOfSomebodyElse(text) && isIn(text));
  };
}

/** The parts of a field that may be numbers. */
function partsOf(written: string | number, read: Read): (string | number)[] {
  if (typeof written === 'number') return [written];
  const [, integer] = FLOAT.exec(written) ?? [];
  if (integer) return [integer.startsWith('+') ? integer : Number(integer)];
  // A number has digits, and what people put between them: no letter, no comma, no line break.
  const parts = beginningOf(inPlainDigits(beginningOf(written)))
    .split(/[^\d\s().+/\p{Pd}]+|\n/u)
    .flatMap((text) => splitAtSlashes(text, read));
  return parts
    .filter((part) => digitsOf(part).length >= ENDING_LENGTH)
    .flatMap((part) => {
      const [first = '', ...others] = part.split('(');
      if (!hasDigitsOfNumber(first)) return part;
      // Parentheses after a whole number are another number, or a note, such as (2).
      return [first, ...others.filter((other) => hasDigitsOfNumber(other) && !DATE.test(other))];
    });
}

/** As much of a text as is read, without a last number that goes on after it: its beginning would be another number. */
function beginningOf(text: string): string {
  if (text.length <= TEXT_MAX_LENGTH) return text;
  const beginning = text.slice(0, TEXT_MAX_LENGTH);
  const goesOn = /^(?!\s*\(\p{Nd}{1,3}\))(?:(?!\n|\s\/\s)[\s()./\p{Pd}])*\p{Nd}/u.test(
    text.slice(TEXT_MAX_LENGTH),
  );
  return goesOn ? beginning.replace(/\+?(?:(?!\n|\s\/\s)[\p{Nd}\s()./\p{Pd}])+$/u, '') : beginning;
}

/** Digits in full width, and those of Arabic and Persian, as 0 to 9. */
function inPlainDigits(text: string): string {
  return text.normalize('NFKC').replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15));
}

/** A slash between spaces is between two numbers, or after an area code: `0171 / 5550147` is how Germans write one number. */
function splitAtSlashes(text: string, read: Read): string[] {
  const parts: string[] = [];
  for (const part of text.split(/\s\/\s/)) {
    const last = parts.at(-1) ?? '';
    const joined = `${last}/${part}`;
    if (AREA_CODE.test(joined) && !isWhole(last, read) && isWhole(joined, read))
      parts[parts.length - 1] = joined;
    else parts.push(part);
  }
  return parts;
}

function isWhole(part: string, read: Read): boolean {
  if (!hasDigitsOfNumber(part)) return false;
  const number = read(part);
  return number !== undefined && parse(number)?.isValid() === true;
}

type Home = ReturnType<typeof homeOf>;
/** Reads one number. */
type Read = (part: string | number) => string | undefined;

/** Reads one number. Without a plus or 00 before it, it is one of the home country if it is valid there. */
function readNumber(written: string | number, home: Home): string | undefined {
  const text = String(written);
  const afterPlus = /\+(.*)/s.exec(text)?.[1];
  if (afterPlus !== undefined) return readInternational(afterPlus);

  const digits = digitsOf(text);
  if (digits.startsWith('00')) return readInternational(digits.slice(2));
  const national = home && parse(digits, home);
  const whole = parse(`+${digits}`);
  // One that starts with the code of the country counts as international.
  const isWhole = whole?.isValid() && whole.countryCallingCode === national?.countryCallingCode;
  if (national?.isValid() && !isWhole) return national.number;
  // An area code in parentheses, or groups as in North America, belong to a national number.
  const isNational = /^\s*\(/.test(text) || /^\D*(?!011)\d{3}\D\d{3}\D\d{4}\D*$/.test(text);
  if (isNational && !isWhole) return undefined;
  if (whole?.isValid()) return whole.number;
  // As it is dialled in North America; or without the zero that a numeric field takes away.
  const dialled = digits.startsWith('011') ? parse(`+${digits.slice(3)}`) : undefined;
  const zeroed = typeof written === 'number' && home ? parse(`0${digits}`, home) : undefined;
  return [dialled, zeroed].find((number) => number?.isValid())?.number;
}

function readInternational(text: string): string | undefined {
  const read = (part: string) => parse(`+${digitsOf(part)}`);
  const whole = read(text);
  if (whole?.isValid()) return whole.number;
  const withoutTrunk = read(text.replace('(0)', ''));
  return withoutTrunk?.isValid() ? withoutTrunk.number : whole?.number;
}

/** The country, in the terms of libphonenumber; `undefined` if nothing says it. */
function homeOf(country?: string, neighbour?: string) {
  const code = country?.trim().toUpperCase();
  if (code && !isSupportedCountry(code)) {
    throw new Error('CRM_DEFAULT_COUNTRY is not a country: give its ISO code, such as US');
  }
  if (code) return { defaultCountry: code as CountryCode };
  const callingCode = neighbour && parse(neighbour)?.countryCallingCode;
  return callingCode ? { defaultCallingCode: String(callingCode) } : undefined;
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
 * The digits of a number in the ways that people write it: national with and without the trunk prefix, and
 * international: bare, after 00 or 011, or with (0). Others may have the same digits: read what they belong to.
 *
 * @param number in E.164
 */
export function digitForms(number: string): string[] {
  const forms = sameNumbers(number).flatMap((same) => {
    const parsed = parse(same);
    if (!parsed) return [same.slice(1)];
    const { countryCallingCode: code, nationalNumber } = parsed;
    const withTrunk = digitsOf(parsed.formatNational());
    const local = [nationalNumber, withTrunk, `0${nationalNumber}`];
    const whole = local.map((digits) => `${code}${digits}`);
    const dialled = [whole[0], whole[2]].flatMap((digits) => [`00${digits}`, `011${digits}`]);
    return [...local, withTrunk.replace(/^0/, ''), ...whole, ...dialled];
  });
  return [...new Set(forms)];
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}
