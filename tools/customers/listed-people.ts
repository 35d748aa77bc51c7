import { cleanName } from '../../assets/frontline.private';
import { isOnePerson } from '../../assets/same-person.private';
import { FRIENDLY_NAME_MAX_LENGTH } from '../twilio/limits';
import { isLongId, mayBeRounded, placeOf } from './customer-id';
import type { Findings } from './findings';

const AS_EXPORTED = 'use the file as it was exported';

/** What one record tells of a customer. */
export interface PersonRecord {
  /** Where, in words that lead there: `record 3`, `row 17`. */
  at: string;
  customer_id: string;
  display_name?: string;
  avatar?: string;
}

/** What all records of a customer tell. */
interface Person {
  at: string;
  /** The first name, which counts. */
  display_name?: string;
  /** Records with another one. */
  others: { at: string; display_name: string }[];
  avatar?: string;
  records: number;
}

/** Who has an ID, by all of the records with it: their name and avatar, unless they are several people. */
export class People {
  private readonly known = new Map<string, Person>();
  /** The IDs that are those of several people, after Excel has rounded them. */
  private readonly mixed = new Map<string, string>();

  constructor(private readonly findings: Findings) {}

  /** Of several records of one customer, each may know something else. */
  add({ at, customer_id: id, display_name, avatar }: PersonRecord) {
    const name = cleanName(display_name);
    const known = this.known.get(id);
    const others = known?.others ?? [];
    // Without a name, nothing tells whether it is the same person.
    if (known && (!name || known.display_name !== name) && mayBeRounded(id)) {
      this.mixed.set(id, placeOf(at, id));
    } else if (name && known?.display_name && known.display_name !== name) {
      others.push({ at, display_name: name });
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
    this.known.set(id, {
      at: known?.at ?? at,
      display_name: known?.display_name ?? name,
      others,
      avatar: known?.avatar ?? (isUsable ? avatar : undefined),
      records: (known?.records ?? 0) + 1,
    });
  }

  /** Whether an ID is that of several people, after Excel has rounded it. */
  isMixed(id: string): boolean {
    return this.mixed.has(id);
  }

  /** Who has an ID, once that is settled. */
  of(id: string): { display_name?: string; avatar?: string } {
    return this.known.get(id) ?? {};
  }

  /**
   * Leaves out IDs that are mixed, and names that may be somebody else's; and tells what is worth a look of those who are used.
   *
   * @param linked the IDs that an address leads to
   * @returns in how many records nobody can be used
   */
  settle(linked: Set<string>): number {
    let unusable = this.leaveOutMixed();
    for (const [id, person] of this.known) {
      const isSeveral = !this.isOnePerson(id, person);
      if (isSeveral || !linked.has(id)) unusable += person.records;
      if (isSeveral) Object.assign(person, { display_name: undefined, avatar: undefined });
    }
    this.lookAtUsed();
    return unusable;
  }

  /** Whether all records of an ID may be of one person; says which have another name. */
  private isOnePerson(id: string, { display_name = '', others }: Person): boolean {
    if (others.length === 0) return true;
    const isOne = isOnePerson([display_name, ...others.map((other) => other.display_name)]);
    const reason = isOne
      ? 'another name than an earlier record of that customer_id, which counts'
      : 'of an ID that several names have, so that none of them is shown';
    for (const { at } of others) this.lookAt(reason, at, id);
    return isOne;
  }

  private leaveOutMixed(): number {
    let unusable = 0;
    for (const [id, place] of this.mixed) {
      unusable += this.known.get(id)?.records ?? 0;
      this.known.delete(id);
      const reason = `an ID that Excel has rounded, so that several people have it: ${AS_EXPORTED}`;
      this.findings.add('customers left out', reason, place);
    }
    return unusable;
  }

  private lookAtUsed() {
    // Excel rounds all of them: if most end in other digits, those that end in zeros do so by chance.
    const long = [...this.known.keys()].filter(isLongId);
    const isRounded = long.filter(mayBeRounded).length * 2 > long.length;
    for (const [id, { at, display_name, others }] of this.known) {
      if (isRounded && mayBeRounded(id)) {
        const reason = `Excel may have rounded it, and made zeros of its last digits: ${AS_EXPORTED}`;
        this.findings.add('IDs to look at', reason, placeOf(at, id));
      }
      if (!display_name && others.length === 0) this.lookAt('no name: workers see the address', at, id);
    }
  }

  private lookAt(reason: string, at: string, customer_id: string) {
    this.findings.add('names or avatars to look at', reason, placeOf(at, customer_id));
  }
}

/** Whether an avatar is an http(s) URL, or the path of a public Asset. */
function isWebAddress(avatar: string | undefined): avatar is string {
  if (!avatar) return false;
  return avatar.startsWith('/') || (URL.canParse(avatar) && /^https?:$/.test(new URL(avatar).protocol));
}
