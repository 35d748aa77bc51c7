import type { CountryCode } from 'libphonenumber-js';
import { cleanName } from '../../assets/frontline.private';
import { FRIENDLY_NAME_MAX_LENGTH } from '../twilio/limits';
import { keyOf, WITHOUT_COUNTRY } from './address-key';
import { isLongId, mayBeRounded, placeOf, shownId } from './customer-id';
import type { Findings } from './findings';
import { isSamePerson } from './same-person';

/** A customer as a file lists them. */
export interface ListedCustomer {
  /** Where, in words that lead there: `record 3`, `row 17`. */
  at: string;
  customer_id: string;
  display_name?: string;
  avatar?: string;
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

const AS_EXPORTED = 'use the file as it was exported';

/** What all records of a customer tell. */
interface Person {
  at: string;
  display_name?: string;
  avatar?: string;
  records: number;
  /** Whether records have the names of several people. */
  isSeveral: boolean;
}

/** The customers of a file, by address. Whatever cannot be used is left out, and found in the findings. */
export class CustomerList {
  private readonly people = new Map<string, Person>();
  private readonly idsByKey = new Map<string, string | string[]>();
  /** The IDs that are those of several people, after Excel has rounded them. */
  private readonly mixed = new Map<string, string>();
  private listed = 0;
  private unusable = 0;
  private numbers = 0;
  private withoutCountry = 0;

  /** @param country where numbers without a country code are */
  constructor(
    private readonly findings: Findings,
    private readonly country?: CountryCode,
  ) {}

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
    this.addPerson(customer);
  }

  private addAddress(key: string, { at, customer_id: id }: ListedCustomer, field: string) {
    const known = this.idsByKey.get(key);
    if (known === id) return;
    if (known === undefined) return void this.idsByKey.set(key, id);
    const ids = [known].flat();
    if (ids.includes(id)) return;
    this.idsByKey.set(key, ids.length < IDS_MAX ? [...ids, id] : ids);
    const others = ids.map(shownId).join(', ');
    this.findings.add(
      'addresses ambiguous',
      'of several customers, so that nobody is linked',
      `${placeOf(at, id)}, ${field}, also that of customer_id ${others}`,
    );
  }

  /** Of several records of one customer, each may know something else. */
  private addPerson({ at, customer_id: id, display_name, avatar }: ListedCustomer) {
    const name = cleanName(display_name);
    const known = this.people.get(id);
    const isSomebodyElse = name && known?.display_name && !isSamePerson(known.display_name, name);
    // Without a name, nothing tells whether it is the same person.
    if (known && (!name || known.display_name !== name) && mayBeRounded(id)) {
      this.mixed.set(id, placeOf(at, id));
    } else if (isSomebodyElse) {
      this.lookAt('of an ID that several names have, so that none of them is shown', at, id);
    } else if (name && known?.display_name && known.display_name !== name) {
      this.lookAt('another name than an earlier record of that customer_id, which counts', at, id);
    }
    if (name && name.length > FRIENDLY_NAME_MAX_LENGTH) {
      this.lookAt(`a name of over ${FRIENDLY_NAME_MAX_LENGTH} characters: workers see its beginning`, at, id);
    }
    const isUsable = isWebAddress(avatar);
    if (avatar && !isUsable) {
      this.lookAt(
        'an avatar that is not a web address is left out: give https://…, or the path of a file under assets/, such as /avatars/ada.png',
        at,
        id,
      );
    }
    this.people.set(id, {
      at: known?.at ?? at,
      display_name: known?.display_name ?? name,
      avatar: known?.avatar ?? (isUsable ? avatar : undefined),
      records: (known?.records ?? 0) + 1,
      isSeveral: known?.isSeveral || Boolean(isSomebodyElse),
    });
  }

  private leaveOutMixed() {
    for (const [id, place] of this.mixed) {
      this.unusable += this.people.get(id)?.records ?? 0;
      this.people.delete(id);
      const reason = `an ID that Excel has rounded, so that several people have it: ${AS_EXPORTED}`;
      this.findings.add('customers left out', reason, place);
    }
    for (const [key, ids] of this.idsByKey) {
      if (typeof ids === 'string' && this.mixed.has(ids)) this.idsByKey.delete(key);
    }
  }

  /** Shows no name that may be that of somebody else, and counts the records of whoever is not linked or has no such name. */
  private settlePeople() {
    const linked = new Set([...this.idsByKey.values()].filter((ids) => typeof ids === 'string'));
    for (const [id, person] of this.people) {
      if (person.isSeveral || !linked.has(id)) this.unusable += person.records;
      if (person.isSeveral) Object.assign(person, { display_name: undefined, avatar: undefined });
    }
  }

  private lookAt(reason: string, at: string, customer_id: string) {
    this.findings.add('names or avatars to look at', reason, placeOf(at, customer_id));
  }

  /**
   * How many records there are, and in how many nobody can be used: to be asked after `sorted`. And how many numbers, and of
   * those without a country code while no country is set.
   */
  counts() {
    const { listed, unusable, numbers, withoutCountry } = this;
    return { listed, unusable, numbers, withoutCountry };
  }

  /** Tells what is worth a look of those who are used. */
  private lookAtPeople() {
    // Excel rounds all of them: if most end in other digits, those that end in zeros do so by chance.
    const long = [...this.people.keys()].filter(isLongId);
    const isRounded = long.filter(mayBeRounded).length * 2 > long.length;
    for (const [id, { at, display_name, isSeveral }] of this.people) {
      if (isRounded && mayBeRounded(id)) {
        const reason = `Excel may have rounded it, and made zeros of its last digits: ${AS_EXPORTED}`;
        this.findings.add('IDs to look at', reason, placeOf(at, id));
      }
      if (!display_name && !isSeveral) this.lookAt('no name: workers see the address', at, id);
    }
  }

  /** What is listed, sorted by address. */
  sorted(): { customers: AddressedCustomer[]; ambiguous: AmbiguousAddress[] } {
    this.leaveOutMixed();
    this.settlePeople();
    this.lookAtPeople();
    const customers: AddressedCustomer[] = [];
    const ambiguous: AmbiguousAddress[] = [];
    for (const key of [...this.idsByKey.keys()].sort()) {
      const ids = this.idsByKey.get(key) ?? [];
      if (typeof ids !== 'string') ambiguous.push({ key, customer_ids: ids });
      else {
        const { display_name, avatar } = this.people.get(ids) ?? {};
        const customer: AddressedCustomer = { key, customer_id: ids };
        if (display_name) customer.display_name = display_name;
        if (avatar) customer.avatar = avatar;
        customers.push(customer);
      }
    }
    return { customers, ambiguous };
  }
}

/** Whether an avatar is an http(s) URL, or the path of a public Asset. */
function isWebAddress(avatar: string | undefined): avatar is string {
  if (!avatar) return false;
  return avatar.startsWith('/') || (URL.canParse(avatar) && /^https?:$/.test(new URL(avatar).protocol));
}
