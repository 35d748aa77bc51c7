/** Whose address it is: what Twilio writes into `MessagingBinding.Address`, taken apart. It imports nothing. */

/** Where somebody writes from. */
export interface Address {
  /** Twilio's prefix (`whatsapp`, `messenger`, …); if an address has none, `email` or `sms`. */
  channel: string;
  /** The address without that prefix, as Twilio wrote it: `+15551234567`, `1002003004`, `ana@example.com`. */
  value: string;
  /** What a person's addresses have in common: a phone number is one key on every channel. */
  key: string;
}

const ADDRESS = /^(?:([a-z]{2,20}):)?(.+)$/is;
/** E.164: https://www.twilio.com/docs/glossary/what-e164 */
const PHONE_NUMBER = /^\+[1-9]\d{1,14}$/;

/** The prefixes of Twilio's channels whose addresses are phone numbers; a number without one is SMS. */
export const PHONE_CHANNELS = ['sms', 'whatsapp', 'rcs', 'viber'];
const CHANNELS = [...PHONE_CHANNELS, 'messenger', 'email'];

/** Takes an address of an event apart. Returns `undefined` if there is none. */
export function parseAddress(field: unknown): Address | undefined {
  const [, prefix, value] = (typeof field === 'string' && ADDRESS.exec(field.trim())) || [];
  if (!value) return undefined;
  const channel = prefix?.toLowerCase() ?? (value.includes('@') ? 'email' : 'sms');
  if (isPhoneNumber(value)) return { channel, value, key: oneForm(value) };
  return { channel, value, key: `${channel}:${channel === 'email' ? value.toLowerCase() : value}` };
}

/** The one form of a mobile number that WhatsApp and CRMs write differently. */
function oneForm(number: string): string {
  return (
    number
      // Mexico took the 1 out of its mobile numbers in 2019; WhatsApp still writes it.
      .replace(/^\+521(?=\d{10}$)/, '+52')
      // Argentina's mobiles have a 9 when they are called from abroad; WhatsApp writes it, people often do not.
      .replace(/^\+549(?=\d{10}$)/, '+54')
      // Brazil put a 9 before its mobile numbers, which began with 6 to 9; WhatsApp leaves it out for many of them:
      // https://github.com/chatwoot/chatwoot/issues/6222
      .replace(/^(\+55[1-9]\d)(?=[6-9]\d{7}$)/, '$19')
  );
}

/** Whether it is a phone number as Twilio writes them, in E.164. */
export function isPhoneNumber(value: string): boolean {
  return PHONE_NUMBER.test(value);
}

/** Whether a text is this address, in full or without its prefix, as a name has it. `Anna:+15551234567` is a name. */
export function isAddressOf(text: string, { channel, key, value }: Address): boolean {
  if (text.trim() === value) return true;
  const address = parseAddress(text);
  return address?.key === key && (address.channel === channel || CHANNELS.includes(address.channel));
}

/** Whether a text is nothing but addresses, separated by commas: any phone numbers, or the other addresses of `members`. */
export function isListOfAddresses(text: string, members: Address[]): boolean {
  return text.split(',').every((part) => {
    const address = parseAddress(part);
    const isNumber = isPhoneNumber(address?.value ?? '') && CHANNELS.includes(address?.channel ?? '');
    return !address || isNumber || members.some((member) => isAddressOf(part, member));
  });
}
