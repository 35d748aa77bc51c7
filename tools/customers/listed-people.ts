import { cleanName } from '../../assets/frontline.private';
import { isSamePerson } from '../../assets/same-person.private';
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
  /** All that differ; the first one counts. */
  names: string[];
  avatar?: string;
  records: number;
  /** Whether records have the names of several people. */
  isSeveral: boolean;
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
    const names = known?.names ?? [];
    const isNew = name !== undefined && !names.includes(name);
    const isSomebodyElse = isNew && (known?.isSeveral || names.some((other) => !isSamePerson(other, name)));
    // Without a name, nothing tells whether it is the same person.
    if (known && (!name || names[0] !== name) && mayBeRounded(id)) {
      this.mixed.set(id, placeOf(at, id));
    } else if (isSomebodyElse) {
      this.lookAt('of an ID that several names have, so that none of them is shown', at, id);
    } else if (name && names[0] && names[0] !== name) {
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
    this.known.set(id, {
      at: known?.at ?? at,
      names: isNew && !known?.isSeveral ? [...names, name] : names,
      avatar: known?.avatar ?? (isUsable ? avatar : undefined),
      records: (known?.records ?? 0) + 1,
      isSeveral: known?.isSeveral || isSomebodyElse,
    });
  }

  /** Whether an ID is that of several people, after Excel has rounded it. */
  isMixed(id: string): boolean {
    return this.mixed.has(id);
  }

  /** Who has an ID, once that is settled. */
  of(id: string): { display_name?: string; avatar?: string } {
    const { names, avatar } = this.known.get(id) ?? {};
    return { display_name: names?.[0], avatar };
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
      if (person.isSeveral || !linked.has(id)) unusable += person.records;
      if (person.isSeveral) Object.assign(person, { names: [], avatar: undefined });
    }
    this.lookAtUsed();
    return unusable;
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
    for (const [id, { at, names, isSeveral }] of this.known) {
      if (isRounded && mayBeRounded(id)) {
        const reason = `Excel may have rounded it, and made zeros of its last digits: ${AS_EXPORTED}`;
        this.findings.add('IDs to look at', reason, placeOf(at, id));
      }
      if (names.length === 0 && !isSeveral) this.lookAt('no name: workers see the address', at, id);
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
