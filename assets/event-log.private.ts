/** The log: one line for each event, with no name, no full address and no text of a message. */
import type { Address } from './address.private';
import type { FrontlineCustomer } from './frontline.private';

/** Twilio's HTTP status and its own code, as in `401 (20003)`, without the last parenthesis. */
const STATUS_AND_CODE = /^[45]\d\d \(\d{5}$/;

/** What a line says: the outcome, whose addresses it is about, and who was found behind each. */
type Entry = [outcome: string, addresses?: Address[], customers?: readonly (FrontlineCustomer | undefined)[]];

/** The log of one event. @param startedAt when the event came in, by `performance.now()` */
export function eventLog(event: string, source: string, startedAt: number) {
  const line = (...[outcome, addresses = [], customers = []]: Entry) => {
    const ids = customers.map((customer, i) => {
      if (!customer) return undefined;
      const noName = customer.display_name ? '' : ' (no name)';
      return `customer_id=${maskId(customer.customer_id, addresses[i])}${noName}`;
    });
    const ms = `${Math.round(performance.now() - startedAt)} ms`;
    return [event, ...addresses.map(maskAddress), outcome, ...ids, `source=${source}`, ms]
      .filter(Boolean)
      .join(' ');
  };
  return {
    info: (...entry: Entry) => console.log(line(...entry)),
    error: (...entry: Entry) => console.error(line(...entry)),
    /** For an event that the Function is not for: somebody ticked a filter too many. */
    wrongEvent(eventType: unknown) {
      const type = /^on[A-Z][A-Za-z]{1,40}$/.exec(String(eventType))?.[0] ?? 'An event of unknown type';
      console.warn(`${type} came to the URL of ${event}: untick it in the Console, under Webhook Filtering`);
    },
  };
}

/** An address, masked: a long number without its middle, and of any other address nothing but the channel. */
export function maskAddress({ channel, value, key }: Address): string {
  const isLongNumber = key.startsWith('+') && value.length >= 12;
  const masked = isLongNumber ? `${value.slice(0, 5)}•••${value.slice(-4)}` : '•••';
  return channel === 'sms' ? masked : `${channel}:${masked}`;
}

/** An ID that may be told, and is not what people call somebody: one of Airtable, or short, with a digit, without spaces and delimiters. */
const LIKE_AN_ID = /^(?:rec[A-Za-z0-9]{14}|(?=.*\d)[^\s,;|@]{1,40})$/;

/** A customer_id in quotation marks, unless it may be a name, or is itself an e-mail address or a phone number. */
export function maskId(id: string, address?: Address): string {
  const digits = id.replace(/\D/g, '');
  const isLong = digits.length >= 7;
  // As people write numbers, or in any form of the one that it is about: the last digits are the same in all of them.
  const isWritten =
    isLong &&
    (id.includes('+') ||
      (/^(\w+:\d|(\w+:)?[\s(]*(0|\(|\d+[\s(/]|(1[-.])?\d{3}[-.]\d{3}[-.]\d{4}$))/.test(id) &&
        !/[a-z]/i.test(id.replace(/^\w+:|x\d+$/g, ''))));
  const isOfAddress = isLong && address?.value.replace(/\D/g, '').slice(-7) === digits.slice(-7);
  return !LIKE_AN_ID.test(id) || isWritten || isOfAddress ? '•••' : JSON.stringify(id);
}

/** The first line of an error's message, without what may be personal: numbers, e-mail addresses, pieces of JSON. */
export function reasonOf(error: unknown): string {
  const { name, message = String(error ?? 'no reason') } = Object(error) as Partial<Error>;
  if (name === 'SyntaxError' && message.includes('JSON')) return 'malformed JSON';
  const [line = ''] = message.split('\n');
  // Nothing stays that was cut: what is left of a number or an address could not be told as one.
  const short = line.length > 300 ? `${line.slice(0, 300).replace(/[\d\s().+-]*\S*$/, '')}…` : line;
  return short.replace(/\S+@\S+|\+?\d[\d\s().-]{4,}\d/g, (found) =>
    STATUS_AND_CODE.test(found) ? found : '•••',
  );
}
