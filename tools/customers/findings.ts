import { Problem } from '../problem';

/** What became of what was found. */
export type Consequence =
  | 'customers left out'
  | 'addresses left out'
  | 'addresses ambiguous'
  | 'addresses to look at'
  | 'names or avatars to look at'
  | 'IDs to look at'
  | 'columns to look at'
  | 'rows left out';

/** How many places of a reason are named; all of them are in the report. */
const NAMED_MAX = 10;

/** What is wrong with customers: by reason, with the places, and without a name or an address. */
export class Findings {
  private readonly places = new Map<string, string[]>();

  /** @param place where it is, in words that lead to it: `row 17 (customer_id "C-1"), Phone` */
  add(consequence: Consequence, reason: string, place: string) {
    const heading = `${consequence}: ${reason}`;
    const places = this.places.get(heading);
    if (places) places.push(place);
    else this.places.set(heading, [place]);
  }

  /** A line for each reason, with its first places and the count of the rest. */
  summary(): string[] {
    return [...this.places].map(([heading, places]) => {
      const more = places.length - NAMED_MAX;
      const named = [...places.slice(0, NAMED_MAX), ...(more > 0 ? [`and ${count(more)} more`] : [])];
      return `${count(places.length)} ${heading}: ${named.join('; ')}`;
    });
  }

  /** A paragraph for each reason, with a line for each place. */
  whole(): string[] {
    return [...this.places].map(([heading, places]) =>
      [`${count(places.length)} ${heading}`, ...places].join('\n  '),
    );
  }
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** The share of customers that may be unusable: a tenth, unless CUSTOMERS_MAX_UNUSABLE says otherwise. */
export function readMaxUnusable(setting: string | undefined): number {
  const [, percent] = /^(\d+(?:\.\d+)?)\s*%$/.exec(setting?.trim() || '10%') ?? [];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent) / 100;
  throw new Problem('CUSTOMERS_MAX_UNUSABLE in .env is not a percentage: write it like 10%');
}
