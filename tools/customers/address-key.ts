import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { parseAddress } from '../../assets/address.private';

/** The channels on which customers are phone numbers; elsewhere a number is one that starts with a plus. */
const PHONE_CHANNELS = ['sms', 'mms', 'whatsapp'];

/**
 * The key that `parseAddress` gives an address when somebody writes from it.
 *
 * @param type the channel, as Frontline names it: `sms`, `whatsapp`, `email`, …
 * @param value the address, as people write it, with or without the channel as a prefix
 * @param country where numbers without a country code are
 */
export function keyOf(
  type: string,
  value: string,
  country?: CountryCode,
): { key?: string; problem?: string } {
  const channel = type.toLowerCase();
  const hasPrefix = value.toLowerCase().startsWith(`${channel}:`);
  const written = hasPrefix ? value.slice(channel.length + 1).trim() : value;
  if (channel === 'email' && !written.includes('@')) return { problem: 'is not an e-mail address' };
  if (!PHONE_CHANNELS.includes(channel) && !written.startsWith('+')) {
    return { key: parseAddress(`${channel}:${written}`)?.key };
  }
  const number = parsePhoneNumberFromString(written, { defaultCountry: country, extract: false })?.number;
  const key = parseAddress(number)?.key;
  if (key && parsePhoneNumberFromString(key)?.isPossible()) return { key };
  const remedy = country || written.startsWith('+') ? '' : ', or set CRM_DEFAULT_COUNTRY';
  return { problem: `is not a phone number: write it with its country code, like +14155550147${remedy}` };
}
