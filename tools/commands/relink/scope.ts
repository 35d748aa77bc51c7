import { UsageError } from '../command-line';

/** Which conversations a run is about, and what it does to them. */
export interface Scope {
  /** Their Conversations service, unless it is the account's default one. */
  service?: string;
  /** The first and the last day that they were created on, in UTC: `2026-11-01`. */
  since?: string;
  until?: string;
  /** The only conversation. */
  conversation?: string;
  /** How many look-ups a second the CRM gets, if not its source's own pace. */
  perSecond?: number;
}

/** The flags of a scope, as they were typed. */
type Typed = { [name in 'service' | 'since' | 'until' | 'conversation' | 'per-second']?: string };

const DAY = /^\d{4}-\d\d-\d\d$/;

/** @throws UsageError if a flag is malformed, or does not go with another one */
export function readScope(flags: Typed, { CHAT_SERVICE_SID }: NodeJS.ProcessEnv): Scope {
  const since = readDay('--since', flags.since);
  const until = readDay('--until', flags.until);
  if (since && since > dayOf(new Date()))
    throw new UsageError(`--since ${since} is in the future: days are in UTC`);
  const conversation = readSid('--conversation', 'CH', flags.conversation);
  if (since && until && since > until) throw new UsageError('--since is after --until');
  if (conversation && (since || until))
    throw new UsageError('--conversation is one conversation: leave out --since and --until');
  return {
    service: readSid('--service', 'IS', flags.service) ?? (CHAT_SERVICE_SID?.trim() || undefined),
    since,
    until,
    conversation,
    perSecond: readRate('--per-second', flags['per-second']),
  };
}

function readDay(flag: string, day: string | undefined): string | undefined {
  if (day === undefined) return undefined;
  const date = new Date(`${day}T00:00:00Z`);
  if (DAY.test(day) && !Number.isNaN(date.getTime()) && dayOf(date) === day) return day;
  throw new UsageError(`${flag} ${day} is not a day: write it like 2026-11-01`);
}

/** https://www.twilio.com/docs/glossary/what-is-a-sid */
function readSid(flag: string, prefix: string, sid: string | undefined): string | undefined {
  if (sid === undefined || (sid.startsWith(prefix) && /^[A-Z]{2}[0-9a-f]{32}$/i.test(sid))) return sid;
  throw new UsageError(`${flag} ${sid} is not a SID: write ${prefix} and 32 hexadecimal digits`);
}

function readRate(flag: string, rate: string | undefined): number | undefined {
  if (rate === undefined) return undefined;
  const perSecond = Number(rate);
  if (rate.trim() && perSecond > 0 && Number.isFinite(perSecond)) return perSecond;
  throw new UsageError(`${flag} ${rate} is not a number above 0`);
}

/** The day of a date in UTC. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
