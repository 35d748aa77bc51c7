import type { CountryCode } from 'libphonenumber-js';
import { maskId } from '../../assets/event-log.private';
import { keyOf, WITHOUT_COUNTRY } from './address-key';
import { placeOf } from './customer-id';
import type { Findings } from './findings';
import { People, type PersonRecord } from './listed-people';

/** A customer as a file lists them. */
export interface ListedCustomer extends PersonRecord {
  /** What they write from, and the field that says so. */
  channels: { field: string; type: string; value: string }[];
}

/** A customer at one address. */
export interface AddressedCustomer {
  /** The key that `parseAddress` gives the address. */
  key: string;
  customer_id: string;
  display_name?: string;
  avatar?: string;
}

/** An address that several customers have. */
export interface AmbiguousAddress {
  key: string;
  customer_ids: string[];
}

/** More of those who share an address are not named at run time: it may be the number of a company. */
const IDS_MAX = 10;

/** The customers of a file, by address. Whatever cannot be used is left out, and found in the findings. */
export class CustomerList {
  private readonly people: People;
  private readonly idsByKey = new Map<string, string | string[]>();
  private listed = 0;
  private unusable = 0;
  private numbers = 0;
  private withoutCountry = 0;

  /** @param country where numbers without a country code are */
  constructor(
    private readonly findings: Findings,
    private readonly country?: CountryCode,
  ) {
    this.people = new People(findings);
  }

  /** Counts a customer who cannot be used. */
  leaveOut(at: string, reason: string) {
    this.listed++;
    this.unusable++;
    this.findings.add('customers left out', reason, at);
  }

  add(customer: ListedCustomer) {
    const { at, customer_id: id, channels } = customer;
    let isUsed = false;
    for (const { field, type, value } of channels) {
      const { key, problem, warning } = keyOf(type, value, this.country);
      if (type !== 'email') this.numbers++;
      if (problem === WITHOUT_COUNTRY) this.withoutCountry++;
      if (problem) this.findings.add('addresses left out', problem, `${placeOf(at, id)}, ${field}`);
      if (warning) this.findings.add('addresses to look at', warning, `${placeOf(at, id)}, ${field}`);
      if (!key) continue;
      isUsed = true;
      this.addAddress(key, customer, field);
    }
    if (!isUsed) return this.leaveOut(placeOf(at, id), 'no address that can be used');
    this.listed++;
    this.people.add(customer);
  }

  private addAddress(key: string, { at, customer_id: id }: ListedCustomer, field: string) {
    const known = this.idsByKey.get(key);
    if (known === id) return;
    if (known === undefined) return void this.idsByKey.set(key, id);
    const ids = [known].flat();
    if (ids.includes(id)) return;
    this.idsByKey.set(key, ids.length < IDS_MAX ? [...ids, id] : ids);
    const others = ids.map((id) => maskId(id)).join(', ');
    this.findings.add(
      'addresses ambiguous',
      'of several customers, so that nobody is linked',
      `${placeOf(at, id)}, ${field}, also that of customer_id ${others}`,
    );
  }

  /**
   * How many records there are, and in how many nobody can be used: to be asked after `sorted`. And how many numbers, and of
   * those without a country code while no country is set.
   */
  counts() {
    const { listed, unusable, numbers, withoutCountry } = this;
    return { listed, unusable, numbers, withoutCountry };
  }

  /** What is listed, sorted by address. */
  sorted(): { customers: AddressedCustomer[]; ambiguous: AmbiguousAddress[] } {
    for (const [key, ids] of this.idsByKey) {
      if (typeof ids === 'string' && this.people.isMixed(ids)) this.idsByKey.delete(key);
    }
    const linked = [...this.idsByKey.values()].filter((ids) => typeof ids === 'string');
    this.unusable += this.people.settle(new Set(linked));
    const customers: AddressedCustomer[] = [];
    const ambiguous: AmbiguousAddress[] = [];
    for (const key of [...this.idsByKey.keys()].sort()) {
      const ids = this.idsByKey.get(key) ?? [];
      if (typeof ids !== 'string') ambiguous.push({ key, customer_ids: ids });
      else {
        const { display_name, avatar } = this.people.of(ids);
        const customer: AddressedCustomer = { key, customer_id: ids };
        if (display_name) customer.display_name = display_name;
        if (avatar) customer.avatar = avatar;
        customers.push(customer);
      }
    }
    return { customers, ambiguous };
  }
}
