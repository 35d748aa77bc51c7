import type { Exchange } from './conversation';

/** What an exchange is noted with at first. */
export type Noted = Pick<Exchange, 'direction' | 'title'> & Partial<Exchange>;

/** More are not kept: about 1,000 messages with their webhooks and calls. */
const EXCHANGES_MAX = 6000;

/** What went to and fro, in the order in which it began. */
export class Traffic {
  exchanges: Exchange[] = [];
  private last = 0;

  /** @param onChange is told each exchange that is new or changed */
  constructor(private readonly onChange: (exchange: Exchange) => void) {}

  /** What belongs to an exchange that is not kept any more is not kept either. */
  note(noted: Noted): Exchange {
    const exchange: Exchange = {
      id: String(++this.last),
      at: new Date().toISOString(),
      verdict: 'fine',
      words: '',
      method: 'POST',
      to: '',
      headers: {},
      fields: {},
      ...noted,
    };
    const { parent } = exchange;
    if (parent && !this.exchanges.findLast(({ id }) => id === parent)) return exchange;
    this.exchanges.push(exchange);
    if (this.exchanges.length > EXCHANGES_MAX) this.dropOldestMessage();
    this.onChange(exchange);
    return exchange;
  }

  change(exchange: Exchange, changes: Partial<Exchange>) {
    Object.assign(exchange, changes);
    if (this.has(exchange)) this.onChange(exchange);
  }

  /** Whether it is kept: what is still going on when all is cleared is not. */
  has(exchange: Exchange): boolean {
    return this.exchanges.lastIndexOf(exchange) >= 0;
  }

  /** The exchanges that belong to one. */
  of(parent: Exchange): Exchange[] {
    return this.exchanges.filter((one) => one.parent === parent.id);
  }

  /** The newest messages, with all that belongs to them. */
  newest(messages: number): Exchange[] {
    const first = this.exchanges.filter(({ direction }) => direction === 'message').at(-messages);
    const from = first ? this.exchanges.indexOf(first) : 0;
    return this.exchanges.slice(from);
  }

  clear() {
    this.exchanges = [];
  }

  private dropOldestMessage() {
    const next = this.exchanges.findIndex(({ direction }, i) => i > 0 && direction === 'message');
    this.exchanges.splice(0, Math.max(1, next));
  }
}
