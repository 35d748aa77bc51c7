/** The log: one line for each event, with no name, no full address and no text of a message. */
import type { FrontlineCustomer } from './frontline.private';

/** What a line says: the outcome, whose addresses it is about, already masked, and who was found behind each. */
type Entry = [
  outcome: string,
  maskedAddresses?: string[],
  customers?: readonly (FrontlineCustomer | undefined)[],
];

/** The log of one event. @param startedAt when the event came in, by `performance.now()` */
export function eventLog(event: string, source: string, startedAt: number) {
  const line = (...[outcome, maskedAddresses = [], customers = []]: Entry) => {
    const ids = customers.map(
      (customer) => customer && `customer_id=${JSON.stringify(customer.customer_id)}`,
    );
    const ms = `${Math.round(performance.now() - startedAt)} ms`;
    return [event, ...maskedAddresses, outcome, ...ids, `source=${source}`, ms].filter(Boolean).join(' ');
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

/** The first line of an error's message, without what may be personal: numbers, e-mail addresses, pieces of JSON. */
export function reasonOf(error: unknown): string {
  const { name, message = String(error) } = error as Partial<Error>;
  if (name === 'SyntaxError' && message.includes('JSON')) return 'malformed JSON';
  const [line = ''] = message.split('\n');
  return line.slice(0, 300).replace(/\S+@\S+|\+?\d[\d\s().-]{4,}\d/g, '•••');
}
