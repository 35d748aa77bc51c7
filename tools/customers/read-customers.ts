import { type CountryCode, isSupportedCountry } from 'libphonenumber-js';
import { keyOf } from './address-key';
import { CustomerRecord, isWebAddress, warningsFor } from './customer-record';
import { type Records, readJsonRecords } from './json-records';

/** What came of checking the customers. */
export interface Checked {
  /** What makes the file unfit for use: where, what is wrong, and how to mend it. No name and no number is in it. */
  problems: string[];
  /** What Frontline will not show as it is written. */
  warnings: string[];
}

/** A customer at one address. */
export interface AddressedCustomer {
  /** The key that `parseAddress` gives the address. */
  key: string;
  customer_id: string;
  display_name?: string;
  avatar?: string;
}

/**
 * Validates the customers, and normalises their addresses.
 *
 * @param source the text of a JSON file
 * @param defaultCountry where numbers without a country code are: its ISO code, `US`
 * @returns one customer for each address, sorted by address
 */
export function readCustomers(
  source: string,
  defaultCountry?: string,
): Checked & { customers: AddressedCustomer[] } {
  return checkRecords(readJsonRecords(source), defaultCountry);
}

function checkRecords(read: Records, defaultCountry = ''): Checked & { customers: AddressedCustomer[] } {
  const problems = [...read.problems];
  const warnings: string[] = [];
  const country = countryOf(defaultCountry);
  if (defaultCountry.trim() && !country) {
    problems.push(
      'cannot be read: CRM_DEFAULT_COUNTRY in .env is not a country, give its ISO code, such as US',
    );
  }

  const byKey = new Map<string, { at: string; customer: AddressedCustomer }>();
  for (const { at: place, record } of read.records) {
    const { data: customer, error } = CustomerRecord.safeParse(record);
    const at = `${place}${idOf(record)}`;
    for (const issue of error?.issues ?? []) problems.push(`${at}${pathOf(issue.path)} ${issue.message}`);
    if (!customer) continue;

    warnings.push(...warningsFor(customer).map((warning) => at + warning));
    const { display_name, avatar } = customer;
    const shown = {
      customer_id: String(customer.customer_id),
      ...(display_name == null ? {} : { display_name }),
      ...(isWebAddress(avatar) ? { avatar } : {}),
    };
    for (const [i, { type, value }] of customer.channels.entries()) {
      const field = `${at}, channels[${i}].value`;
      const { key, problem } = keyOf(type, value, country);
      if (problem) problems.push(`${field} ${problem}`);
      if (!key) continue;
      const other = byKey.get(key);
      if (!other) byKey.set(key, { at, customer: { key, ...shown } });
      else if (other.customer.customer_id !== shown.customer_id) {
        problems.push(`${field} is that of ${other.at} too: give it to one of them`);
      }
    }
  }
  const customers = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { customer }]) => customer);
  return { customers, problems, warnings };
}

function countryOf(code: string): CountryCode | undefined {
  const country = code.trim().toUpperCase();
  return isSupportedCountry(country) ? country : undefined;
}

/** ` (customer_id "C1")`, to find a record by. */
function idOf(record: unknown): string {
  const id = (record as { customer_id?: unknown } | null)?.customer_id;
  return typeof id === 'string' || typeof id === 'number' ? ` (customer_id ${JSON.stringify(id)})` : '';
}

/** `, channels[0].value` */
function pathOf(path: PropertyKey[]): string {
  const names = path.map((name) => (typeof name === 'number' ? `[${name}]` : `.${String(name)}`)).join('');
  return names && `, ${names.slice(1)}`;
}
