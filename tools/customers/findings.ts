import { Problem } from '../problem';

/** What became of what was found, for one of them. */
const ONE = {
  'customers left out': 'customer left out',
  'addresses left out': 'address left out',
  'addresses ambiguous': 'address ambiguous',
  'addresses to look at': 'address to look at',
  'names or avatars to look at': 'name or avatar to look at',
  'IDs to look at': 'ID to look at',
  'files to look at': 'file to look at',
  'columns to look at': 'column to look at',
  'rows left out': 'row left out',
};

type Consequence = keyof typeof ONE;

/** What is wrong for one reason. */
interface Finding {
  consequence: Consequence;
  reason: string;
  places: string[];
}

/** How many places of a reason are named; all of them are in the report. */
const NAMED_MAX = 10;

/** What is wrong with customers: by reason, with the places, and without a name or an address. */
export class Findings {
  private readonly found = new Map<string, Finding>();

  /** @param place where it is, in words that lead to it: `row 17 (customer_id "C-1"), Phone` */
  add(consequence: Consequence, reason: string, place: string) {
    const heading = `${consequence}: ${reason}`;
    const known = this.found.get(heading);
    if (known) known.places.push(place);
    else this.found.set(heading, { consequence, reason, places: [place] });
  }

  /** A line for each reason, with its first places and the count of the rest. */
  summary(): string[] {
    return [...this.found.values()].map((finding) => {
      const { places } = finding;
      const more = places.length - NAMED_MAX;
      const named = [...places.slice(0, NAMED_MAX), ...(more > 0 ? [`and ${count(more)} more`] : [])];
      return `${headingOf(finding)}: ${named.join('; ')}`;
    });
  }

  /** A paragraph for each reason, with a line for each place. */
  whole(): string[] {
    return [...this.found.values()].map((finding) => [headingOf(finding), ...finding.places].join('\n  '));
  }

  /** How many there are of each consequence: `2 customers left out, 1 address ambiguous`; empty if there is none. */
  totals(): string {
    const totals = new Map<Consequence, number>();
    for (const { consequence, places } of this.found.values()) {
      totals.set(consequence, (totals.get(consequence) ?? 0) + places.length);
    }
    return [...totals].map(([consequence, total]) => counted(total, consequence)).join(', ');
  }
}

function headingOf({ consequence, reason, places }: Finding): string {
  return `${counted(places.length, consequence)}: ${reason}`;
}

function counted(number: number, consequence: Consequence): string {
  return `${count(number)} ${number === 1 ? ONE[consequence] : consequence}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** The percentage of customers that may be unusable: 10, unless CUSTOMERS_MAX_UNUSABLE says otherwise. */
export function readMaxUnusable(setting: string | undefined): number {
  const [, percent] = /^(\d+(?:\.\d+)?)\s*%$/.exec(setting?.trim() || '10%') ?? [];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent);
  throw new Problem('CUSTOMERS_MAX_UNUSABLE in .env is not a percentage: write it like 10%');
}
