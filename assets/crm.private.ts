/**
 * The CRM mapping that both Functions share: who is behind an address. It knows no webhook and no CRM vendor, which are
 * in functions/ and in crm/. It is what both Functions load first, and hands them most of what they need.
 */
import type { Context, EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';
import type { Address } from './address.private';
import type { CrmAnswer, CrmRequest } from './crm-request.private';
import type { Setting } from './crm-settings.private';
import type { FrontlineCustomer } from './frontline.private';

/** What a CRM source exports: `assets/crm/<name>.private.ts`, chosen by `CRM_SOURCE=<name>`. */
export interface CrmSource {
  /** The environment variables that the source reads, by name. */
  settings?: Record<string, Setting>;
  /** How many look-ups a second the vendor takes from a command that makes thousands, with room left for the webhooks. */
  perSecond?: number;
  /**
   * Finds who has an address. Whatever it throws counts as a failure of the CRM; the message goes to the log, so it must
   * contain nothing personal.
   *
   * @returns a `Customer`, or a list of all who have that address; `undefined` if the CRM knows nobody by it. It is not
   * trusted: the mapping checks it, and decides what is ambiguous.
   */
  findCustomer(address: Address, lookUp: LookUp): Promise<unknown>;
}

/** What a source gets to find a customer with. */
export interface LookUp {
  /** The Function's context, with the environment variables. */
  context: Context<EnvironmentVariables>;
  /** The settings that the source describes: checked, trimmed, with their defaults. */
  settings: Record<string, string | undefined>;
  /** Ends when the time is up. */
  signal: AbortSignal;
  /** How many milliseconds there are until then. */
  timeLeftMs(): number;
  /** Asks a CRM over HTTP, and again if that makes sense. @throws Error if the CRM does not answer the question */
  ask(request: CrmRequest): Promise<CrmAnswer>;
  /** Phone numbers as people write them. Loading it takes 20 ms, so it is loaded when it is used. */
  readonly phoneNumbers: typeof import('./phone-numbers.private');
}

/** A customer as a source returns them. */
export interface Customer {
  /** Text or a number. */
  customer_id: unknown;
  display_name?: unknown;
  /** An http(s) URL, or the path of a public Asset (`/avatars/ana.png`). */
  avatar?: unknown;
  /**
   * Phone numbers as they are written in the CRM. If they are given, here or below, one of them has to be the number that
   * was looked for: so a source can ask for more than the number itself, and the mapping takes who has it.
   */
  phone_numbers?: unknown[];
  /** Those of them that are mobile numbers: somebody with a mobile number goes before others who have it as a landline. */
  mobile_numbers?: unknown[];
  /** Of several who have the address, only those of the lowest rank count. Default: 0. */
  rank?: number;
}

/** What an event says about where and when it came in. */
export interface Arrival {
  /** When, by `performance.now()`: `CRM_TIMEOUT_MS` counts from there. */
  startedAt: number;
  /** Twilio's number that the customer wrote to. Without `CRM_DEFAULT_COUNTRY`, numbers without a country code are of its country. */
  proxyAddress?: unknown;
  /** Whether the customer's message waits for the answer. */
  isAwaited?: boolean;
}

const EMBEDDED_SOURCE = 'file';
/**
 * Twilio waits 5 s for an answer, and a cold start takes a part of that:
 * https://www.twilio.com/docs/conversations/conversations-webhooks
 */
const CRM_TIMEOUT_MAX_MS = 3500;
const CRM_TIMEOUT_DEFAULT_MS = 3000;
const FOUND_MAX = 500;
const ID_MAX_LENGTH = 512;

/** Loads another private Asset: on the deployed runtime they do not lie beside each other under their own names. */
const load = (path: string) => require(Runtime.getAssets()[path]?.path ?? path);

const addresses: typeof import('./address.private') = load('/address.js');
const { isPhoneNumber } = addresses;
export const { parseAddress } = addresses;
export const {
  cleanName,
  conversationChanges,
  isUnnamed,
  membersOf,
  parseAttributes,
  participantAttributes,
}: typeof import('./frontline.private') = load('/frontline.js');
const log: typeof import('./event-log.private') = load('/event-log.js');
const { maskAddress, maskId } = log;
export const { reasonOf } = log;

/** The log of one event. @param startedAt when the event came in, by `performance.now()` */
export function eventLog(event: string, context: EnvironmentVariables, startedAt: number) {
  return log.eventLog(event, sourceNameOf(context), startedAt);
}

/**
 * Finds the customer behind an address, in the CRM that `CRM_SOURCE` names.
 *
 * @returns `undefined` if the CRM knows nobody by that address, or several: linking the wrong person would be worse
 * @throws Error if the CRM fails, is too slow, or answers something that is not a customer; with its `cause`
 */
export async function findCustomer(
  address: Address,
  context: Context<EnvironmentVariables>,
  { startedAt, proxyAddress, isAwaited = false }: Arrival,
): Promise<FrontlineCustomer | undefined> {
  const name = sourceNameOf(context);
  const endsAt = startedAt + crmTimeoutMs(context);
  try {
    const source = loadSource(name);
    const answer = mayFail(context)
      ? askWithCare(source, name, address, context, endsAt, isAwaited)
      : ask(source, address, context, endsAt);
    const found = [(await answer) ?? []].flat();
    if (found.length > FOUND_MAX)
      throw new Error(`more than ${FOUND_MAX} customers were found by one address`);
    const { CRM_DEFAULT_COUNTRY } = context;
    const proxy = parseAddress(proxyAddress)?.value;
    const customers = ownersOf(found, address, CRM_DEFAULT_COUNTRY, proxy).map((customer) =>
      toFrontline(customer, address, context.DOMAIN_NAME),
    );
    const ids = new Set(customers.map(({ customer_id }) => customer_id));
    if (ids.size > 1) {
      const masked = [...ids].map((id) => maskId(id, address)).join(', ');
      console.warn(`${maskAddress(address)} is ambiguous: customer_id ${masked} have it, none is taken`);
      return undefined;
    }
    return mergeRecords(customers);
  } catch (error) {
    throw new Error(`CRM_SOURCE ${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Of several records of one customer, each may know something else; if they are of several people, neither name nor avatar is shown. */
function mergeRecords(records: FrontlineCustomer[]): FrontlineCustomer | undefined {
  const [first] = records;
  if (!first || records.length === 1) return first;
  const { isOnePerson }: typeof import('./same-person.private') = load('/same-person.js');
  const names = records.flatMap(({ display_name }) => display_name ?? []);
  if (names.length > 1 && !isOnePerson(names)) return { customer_id: first.customer_id };
  return Object.assign({}, ...records.toReversed());
}

/** Asks a source that can fail: one look-up for one address at a time, and none while the CRM does not answer. */
function askWithCare(
  source: CrmSource,
  name: string,
  address: Address,
  context: Context<EnvironmentVariables>,
  endsAt: number,
  isAwaited: boolean,
): Promise<unknown> {
  const { askOnce, breakCircuit }: typeof import('./circuit-breaker.private') = load('/circuit-breaker.js');
  return askOnce(`${name} ${address.channel} ${address.value}`, () =>
    breakCircuit(`CRM_SOURCE ${name}`, isAwaited, (limitMs) =>
      ask(source, address, context, Math.min(endsAt, performance.now() + limitMs)),
    ),
  );
}

async function ask(
  source: CrmSource,
  address: Address,
  context: Context<EnvironmentVariables>,
  endsAt: number,
): Promise<unknown> {
  const timeUp = new AbortController();
  const timeLeftMs = () => endsAt - performance.now();
  try {
    const lookUp = lookUpFor(source, context, timeUp.signal, timeLeftMs);
    return await withTimeout(source.findCustomer(address, lookUp), timeLeftMs());
  } finally {
    timeUp.abort();
  }
}

/** Waits for an answer. @throws Error with the code ETIMEDOUT when the time is up */
async function withTimeout<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    const tooSlow = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
    timer = setTimeout(reject, timeoutMs, tooSlow);
  });
  try {
    return await Promise.race([answer, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a look-up may have failed a moment ago: only the embedded customers are always at hand. */
export function mayFail(context: EnvironmentVariables): boolean {
  return sourceNameOf(context) !== EMBEDDED_SOURCE;
}

function sourceNameOf({ CRM_SOURCE }: EnvironmentVariables): string {
  return CRM_SOURCE?.trim() || EMBEDDED_SOURCE;
}

function crmTimeoutMs(context: EnvironmentVariables): number {
  const set = Number(context.CRM_TIMEOUT_MS);
  return set > 0 ? Math.min(set, CRM_TIMEOUT_MAX_MS) : CRM_TIMEOUT_DEFAULT_MS;
}

function loadSource(name: string): CrmSource {
  const assets = Runtime.getAssets();
  if (assets[`/crm/${name}.js`]) return load(`/crm/${name}.js`);
  const names = Object.keys(assets).flatMap((path) => /^\/crm\/(.+)\.js$/.exec(path)?.[1] ?? []);
  throw new Error(`there is no such source; there are: ${names.join(', ')}`);
}

function lookUpFor(
  { settings }: CrmSource,
  context: Context<EnvironmentVariables>,
  signal: AbortSignal,
  timeLeftMs: () => number,
): LookUp {
  return {
    context,
    settings: settings ? load('/crm-settings.js').readSettings(settings, context) : {},
    signal,
    timeLeftMs,
    ask: (request) => load('/crm-request.js').askCrm(request, signal, timeLeftMs),
    get phoneNumbers() {
      return load('/phone-numbers.js');
    },
  };
}

/** Those of the customers who have the address, and none of them better than the others: see `Customer`. */
function ownersOf(
  found: unknown[],
  { key }: Address,
  country: string | undefined,
  proxy: string | undefined,
): Partial<Customer>[] {
  let has: ReturnType<LookUp['phoneNumbers']['numberFinder']> | undefined;
  const isIn = (numbers: unknown) =>
    [numbers ?? []].flat(3).some((written) => {
      const { numberFinder }: LookUp['phoneNumbers'] = load('/phone-numbers.js');
      has ??= numberFinder(key, country, proxy);
      return has(typeof written === 'number' ? written : String(written ?? ''));
    });
  const isPhone = isPhoneNumber(key);
  const owners = found.flatMap((customer) => {
    if (typeof customer !== 'object' || !customer) throw new Error('the customer found is not an object');
    const { phone_numbers, mobile_numbers, rank }: Partial<Customer> = customer;
    // Who was looked for by an e-mail address may have any number.
    const isMobile = isPhone && isIn(mobile_numbers);
    const isOwner = !isPhone || isMobile || (phone_numbers ? isIn(phone_numbers) : !mobile_numbers);
    const distance = (Number.isFinite(rank) ? Number(rank) * 2 : 0) + (isMobile ? 0 : 1);
    return isOwner ? [{ customer, distance }] : [];
  });
  const nearest = Math.min(...owners.map(({ distance }) => distance));
  return owners.filter(({ distance }) => distance === nearest).map(({ customer }) => customer);
}

function toFrontline(
  { customer_id, display_name, avatar }: Partial<Customer>,
  address: Address,
  domain?: string,
): FrontlineCustomer {
  const isNumber = typeof customer_id === 'number';
  if (isNumber && !Number.isSafeInteger(customer_id)) {
    throw new Error('the customer found has a customer_id that is not exact as a number: answer it as text');
  }
  const id = isNumber || typeof customer_id === 'string' ? String(customer_id).trim() : '';
  // To look further takes 5 ms the first time: most IDs need no look.
  const mayBeNoId = !/[1-9]/.test(id) || /^(-|err:)/i.test(id);
  if (id === '' || (mayBeNoId && load('/no-value.js').isNoId(id))) {
    throw new Error(
      'the customer found has no customer_id: is it empty in the CRM, or not the field that is set?',
    );
  }
  if (id.length > ID_MAX_LENGTH) {
    throw new Error(`the customer found has a customer_id of over ${ID_MAX_LENGTH} characters`);
  }
  const customer: FrontlineCustomer = { customer_id: id };
  const name = cleanName(display_name);
  if (name) customer.display_name = name;
  const url = avatar ? absoluteUrl(String(avatar), domain) : undefined;
  if (url) customer.avatar = url;
  else if (avatar) {
    console.warn(`customer_id ${maskId(id, address)}: avatar left out, it is not an http(s) URL`);
  }
  return customer;
}

function absoluteUrl(avatar: string, domain: string | undefined): string | undefined {
  const origin = domain && `${/^localhost(:|$)/.test(domain) ? 'http' : 'https'}://${domain}`;
  const base = avatar.startsWith('/') ? origin : undefined;
  // Twilio's tools put hyphens for the spaces of an Asset's path: getPathAndAccessFromFileInfo in @twilio-labs/serverless-api.
  const written = base ? avatar.replace(/\s/g, '-') : avatar;
  if (!URL.canParse(written, base)) return undefined;
  const url = new URL(written, base);
  return /^https?:$/.test(url.protocol) ? url.href : undefined;
}
