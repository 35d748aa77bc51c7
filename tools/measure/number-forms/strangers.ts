import type { PhoneNumber } from 'libphonenumber-js/max';
import type { Contact } from '../../fakes/fake-crm';

/** Country codes under which the same national digits are somebody else's. */
const OTHER_COUNTRIES = ['1', '44', '49', '52', '91'];

/** People whose numbers are nearly the number: none of them may be taken for who has it. */
export function strangersTo({ country, number, countryCallingCode, nationalNumber }: PhoneNumber): Contact[] {
  // In Argentina, a mobile number without its 9 is the same number.
  const local = country === 'AR' ? nationalNumber.slice(1) : nationalNumber;
  const nextDigit = (digit: string) => String((Number(digit) + 1) % 10);
  const last = local.slice(0, -1) + nextDigit(local.slice(-1));
  const first = nextDigit(local.slice(0, 1)) + local.slice(1);
  const written = [
    `+${countryCallingCode}${last}`,
    last,
    `0${last}`,
    `+${countryCallingCode}${first}`,
    first,
    `${number}0`,
    number.slice(0, -1),
    local.slice(1),
    ...OTHER_COUNTRIES.filter((code) => code !== countryCallingCode).map((code) => `+${code}${local}`),
  ];
  return written.map((phone, i) => ({ id: `stranger-${i}`, lastName: 'Stranger', phone }));
}
