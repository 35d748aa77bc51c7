import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { PHONE_CHANNELS, parseAddress } from '../assets/address.private';

/** An address as somebody typed it: as Twilio sends it, or a hint what is wrong. */
export type TypedAddress = { address: string; hint: string } | { address?: undefined; hint: string };

const EXAMPLES = '+14155550147, whatsapp:+14155550147, messenger:1002003004 or ada@example.com';

/** Reads an address: phone numbers may be written with spaces, brackets and the like, and need their country code. */
export function readTypedAddress(typed: string): TypedAddress {
  const text = typed.trim();
  const [, prefix, value = ''] = /^(?:([a-z]{2,20}):)?(.*)$/is.exec(text) ?? [];
  const channel = prefix?.toLowerCase();
  if (!value.trim()) return { hint: `Type an address: ${EXAMPLES}.` };
  if (text.length > 256) return { hint: 'An address has 256 characters at the most.' };
  if (/[,;]/.test(value)) return { hint: 'Type one address: several people write as Group MMS.' };
  // Twilio writes no channel before the number of an SMS.
  const before = channel && channel !== 'sms' ? `${channel}:` : '';

  const isNumber = /^[+\d(][\d\s().\-/]*$/.test(value.trim());
  if (isNumber && (!channel || PHONE_CHANNELS.includes(channel))) {
    const international = value.trim().replace(/^00/, '+');
    if (!international.startsWith('+')) {
      return { hint: 'Begin with + and the country code, as in +1 (415) 555-0147.' };
    }
    const number = parsePhoneNumberFromString(international);
    const e164 = `+${international.replace(/\D/g, '')}`;
    if (!number?.isPossible() || !parseAddress(e164)) {
      return { hint: 'This number is too short or too long for its country code.' };
    }
    return sent(before + e164);
  }
  if (channel && PHONE_CHANNELS.includes(channel)) {
    return { hint: `After ${channel}: comes a phone number, as in ${channel}:+14155550147.` };
  }
  if (!channel && !/^\S+@\S+\.\S+$/.test(value.trim())) return { hint: `Not an address. Type ${EXAMPLES}.` };
  return sent(before + value.trim());
}

function sent(address: string): TypedAddress {
  return { address, hint: `Twilio sends ${address}` };
}
