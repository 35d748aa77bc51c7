import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { parseAddress, PHONE_CHANNELS as TWILIO_PHONE_CHANNELS } from '../../assets/address.private';
import { hasDigitsOfNumber, isOfSomebodyElse, readNumbers } from '../../assets/phone-numbers.private';

/** The channels on which customers are always phone numbers; elsewhere, a number is one that starts with a plus. */
const PHONE_CHANNELS = [...TWILIO_PHONE_CHANNELS, 'mms'];
/**
 * What Twilio puts before an address, as far as it is known. Documented are the types of an Address Configuration:
 * https://www.twilio.com/docs/conversations/api/address-configuration-resource
 */
const CHANNELS = [...PHONE_CHANNELS, 'messenger', 'email', 'gbm', 'apple', 'chat'];
/** What people write for a channel of Twilio's. */
const SYNONYMS: Record<string, string> = {
  phone: 'sms',
  mobile: 'sms',
  tel: 'sms',
  text: 'sms',
  facebook: 'messenger',
  'e-mail': 'email',
  mail: 'email',
  mailto: 'email',
};
/** An ID in place of a number: a country and a dot before it. Twilio writes it as `whatsapp:BR.4456758834604506`. */
const WHATSAPP_ID = /^[A-Z]{2}\.[A-Za-z0-9]+$/;
const EMAIL = /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/;
/** A number as CRMs with care, and Twilio, write it. */
const E164 = /^\+[1-9]\d{6,14}$/;
/** How Excel shows a long number. */
const SHORTENED = /^[+-]?\d(?:[.,]\d+)?e\+?\d+$/i;

/** What an address is known by, or why it cannot be read. */
export interface AddressKey {
  /** The key that `parseAddress` gives the address when somebody writes from it. */
  key?: string;
  /** Why there is no key, in words that go on after "is". */
  problem?: string;
  /** Why nobody may ever be found by the key. */
  warning?: string;
}

/**
 * Reads an address as people write it.
 *
 * @param type the channel, as Frontline names it: `sms`, `whatsapp`, `email`, …
 * @param value the address, with or without the channel as a prefix
 * @param country where numbers without a country code are
 */
export function keyOf(type: string, value: string, country?: CountryCode): AddressKey {
  const channel = channelOf(type);
  const written = withoutPrefix(value.trim(), channel);
  if (channel === 'email') return emailKey(written);
  if (channel === 'whatsapp' && WHATSAPP_ID.test(written)) return { key: `whatsapp:${written}` };
  if (channel === 'fax') return { problem: OF_SOMEBODY_ELSE };
  if (PHONE_CHANNELS.includes(channel) || written.startsWith('+')) return numberKey(written, country);
  if (!/^[a-z]{2,20}$/.test(channel)) {
    return { problem: 'of a type that is not a channel: write sms, whatsapp, messenger or email' };
  }
  return {
    key: parseAddress(`${channel}:${written}`)?.key,
    warning: CHANNELS.includes(channel)
      ? undefined
      : 'of a type that Twilio does not document: nobody is found by it unless Twilio writes addresses with that prefix',
  };
}

export const WITHOUT_COUNTRY =
  'a phone number without a country code: set CRM_DEFAULT_COUNTRY in .env to their country, such as US';
export const OF_SOMEBODY_ELSE = 'the number of somebody else, or of a fax, as the words beside it say';

/** Whether a number has been shortened to a few digits: which digits are lost is unknown. */
export function isShortened(written: string): boolean {
  return SHORTENED.test(written);
}

function channelOf(type: string): string {
  const name = type.trim().toLowerCase();
  return SYNONYMS[name] ?? name;
}

function withoutPrefix(value: string, channel: string): string {
  const [whole, prefix = ''] = /^([a-z-]{2,20}):\s*/i.exec(value) ?? [''];
  const named = channelOf(prefix);
  const isNumber = PHONE_CHANNELS.includes(named) && PHONE_CHANNELS.includes(channel);
  return named === channel || isNumber ? value.slice(whole.length) : value;
}

/** Of `ada@example.com`, `mailto:ada@example.com?subject=Hi`, `Ada <ada@example.com>`. */
function emailKey(written: string): AddressKey {
  const inBrackets = /<([^<>]*)>\s*$/.exec(written)?.[1] ?? written;
  const address = withoutPrefix(inBrackets.trim(), 'email').replace(/\?.*$/s, '');
  if (!EMAIL.test(address)) return { problem: 'not an e-mail address' };
  return { key: parseAddress(`email:${address}`)?.key };
}

function numberKey(written: string, country: CountryCode | undefined): AddressKey {
  if (isOfSomebodyElse(written)) return { problem: OF_SOMEBODY_ELSE };
  if (isShortened(written)) {
    return {
      problem:
        'a number that Excel has shortened, such as 3.36796E+10: export it anew, or format the column as a number without decimals before you save it as CSV',
    };
  }
  // What readNumbers makes of most numbers, in half the time.
  const plain = E164.test(written) ? parsePhoneNumberFromString(written) : undefined;
  const [number, ...others] = plain ? [plain.number] : new Set(readNumbers(written, country));
  if (others.length > 0) return { problem: 'several numbers: write commas between them' };
  const key = parseAddress(number)?.key;
  const parsed = key && key === plain?.number ? plain : parsePhoneNumberFromString(key ?? '');
  if (parsed?.isPossible()) return { key };
  const isNational = !country && !/^(\+|00)/.test(written) && hasDigitsOfNumber(written);
  if (isNational) return { problem: WITHOUT_COUNTRY };
  return { problem: 'not a phone number: write it with its country code, like +14155550147' };
}
