import type { PhoneNumber } from 'libphonenumber-js/max';
import type { Written } from '../../fakes/fake-crm';

/** A way to write phone numbers. */
export interface WrittenForm {
  name: string;
  /** A number written so; `undefined` if nobody in its country would write it so. */
  write(number: PhoneNumber): Written | undefined;
  /** The one CRM that can have it. */
  only?: string;
}

const digitsOf = (text: string) => text.replace(/\D/g, '');
const groupsOf = (text: string) => text.match(/\d+/g) ?? [];
const international = (number: PhoneNumber) => groupsOf(number.formatInternational()).slice(1);
const national = (number: PhoneNumber) => groupsOf(number.formatNational());
const code = (number: PhoneNumber) => `+${number.countryCallingCode}`;
const whole = (number: PhoneNumber) => `${number.countryCallingCode}${number.nationalNumber}`;
/** What stands before a number within its country, and not behind the country code. */
const hasTrunkPrefix = (number: PhoneNumber) => digitsOf(number.formatNational()) !== number.nationalNumber;
const hasTrunkZero = (number: PhoneNumber) =>
  digitsOf(number.formatNational()) === `0${number.nationalNumber}`;

/** The ways in which people write numbers, with the country code and without it. */
export const WRITTEN_FORMS: WrittenForm[] = [
  { name: 'E.164', write: ({ number }) => number },
  ...separated('international', (number) => [code(number), ...international(number)]),
  {
    name: 'international, in parentheses',
    write: (number) => {
      const [area, ...rest] = international(number);
      return `${code(number)} (${area}) ${rest.join('-')}`;
    },
  },
  { name: 'country code, no plus', write: whole },
  { name: 'country code, no plus, with spaces', write: (number) => number.formatInternational().slice(1) },
  { name: 'after 00', write: (number) => `00${whole(number)}` },
  { name: 'after 00, with spaces', write: (number) => `00 ${number.formatInternational().slice(1)}` },
  { name: 'after 011', write: (number) => `011${whole(number)}` },
  {
    name: 'country code and (0)',
    write: (number) =>
      hasTrunkZero(number) ? `${code(number)} (0)${international(number).join(' ')}` : undefined,
  },
  { name: 'international, with an extension', write: (number) => `${number.formatInternational()} ext. 12` },
  { name: 'national, as the country does', write: (number) => number.formatNational() },
  ...separated('national', national),
  {
    name: 'national, in parentheses',
    write: (number) => {
      const [area, ...rest] = national(number);
      return rest.length > 0 ? `(${area}) ${rest.join('-')}` : undefined;
    },
  },
  { name: 'national, digits', write: (number) => digitsOf(number.formatNational()) },
  {
    name: 'national, no trunk prefix',
    write: (number) => (hasTrunkPrefix(number) ? number.nationalNumber : undefined),
  },
  { name: 'national, with an extension', write: (number) => `${number.formatNational()} x12` },
  { name: 'a numeric field, with country code', only: 'airtable', write: (number) => Number(whole(number)) },
  {
    name: 'a numeric field, national',
    only: 'airtable',
    write: (number) => Number(digitsOf(number.formatNational())),
  },
];

function separated(name: string, parts: (number: PhoneNumber) => string[]): WrittenForm[] {
  const separators = { spaces: ' ', hyphens: '-', dots: '.', slashes: '/' };
  return Object.entries(separators).map(([separator, text]) => ({
    name: `${name}, with ${separator}`,
    write: (number) => parts(number).join(text),
  }));
}
