/**
 * The CRM mapping that both Functions share: who is behind an address, and what Frontline wants to know of
 * them. It knows no webhook and no CRM vendor: those are in functions/ and in crm/.
 */
import type { Context, EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';

/** Where somebody writes from. */
export interface Address {
  /** Twilio's prefix (`whatsapp`, `messenger`, …); where an address has none, `email` or `sms`. */
  channel: string;
  /** The address without that prefix, as Twilio wrote it: `+15551234567`, `1002003004`, `ana@example.com`. */
  value: string;
  /** What a person's addresses have in common: a phone number is one key on every channel. */
  key: string;
}

/** A customer in Frontline's own shape, as a CRM source returns them. */
export interface Customer {
  customer_id: string | number;
  display_name?: string | null;
  /** An http(s) URL, or the path of a public Asset (`/avatars/ana.png`). */
  avatar?: string | null;
}

/** A customer checked and mapped: https://www.twilio.com/docs/frontline/conversations-webhooks */
export interface FrontlineCustomer {
  customer_id: string;
  display_name?: string;
  /** An absolute http(s) URL. */
  avatar?: string;
}

/** What a CRM source exports: `assets/crm/<name>.private.ts`, chosen by `CRM_SOURCE=<name>`. */
export interface CrmSource {
  /**
   * Finds the customer behind an address. Whatever it throws counts as a failure of the CRM; the message goes
   * to the log, so nothing personal belongs into it.
   *
   * @param context the Function's context, with the environment variables
   * @param signal ends when the webhook's time is up
   * @param timeLeftMs how many milliseconds there are until then
   * @returns all who have that address, or `undefined` where the CRM knows nobody by it
   */
  findCustomer(
    address: Address,
    context: Context<EnvironmentVariables>,
    signal: AbortSignal,
    timeLeftMs: () => number,
  ): Promise<Customer | Customer[] | undefined>;
}

/** The `Attributes` of a Conversation or a Participant. */
export type Attributes = Record<string, unknown>;

const DEFAULT_SOURCE = 'file';
/** How long the CRM may take where `CRM_TIMEOUT_MS` does not say. */
const CRM_TIMEOUT_DEFAULT_MS = 3000;
/** Twilio waits 5 s for an answer: https://www.twilio.com/docs/conversations/conversations-webhooks */
const CRM_TIMEOUT_MAX_MS = 4000;
/** 16 KB and 4 KB: https://www.twilio.com/docs/conversations/conversations-limits */
const CONVERSATION_ATTRIBUTES_MAX_BYTES = 16 * 1024;
const PARTICIPANT_ATTRIBUTES_MAX_BYTES = 4 * 1024;
const ADDRESS = /^(?:([a-z]{2,20}):)?(.+)$/is;
/** E.164: https://www.twilio.com/docs/glossary/what-e164 */
const PHONE_NUMBER = /^\+[1-9]\d{1,14}$/;

/** Takes an address of an event apart. There may be none: then `undefined`. */
export function parseAddress(field: unknown): Address | undefined {
  const [, prefix, value] = (typeof field === 'string' && ADDRESS.exec(field.trim())) || [];
  if (!value) return undefined;
  const channel = prefix?.toLowerCase() ?? (value.includes('@') ? 'email' : 'sms');
  if (isPhoneNumber(value)) {
    // WhatsApp still writes the 1 that Mexico took out of its mobile numbers in 2019.
    return { channel, value, key: value.replace(/^\+521(?=\d{10}$)/, '+52') };
  }
  return { channel, value, key: `${channel}:${channel === 'email' ? value.toLowerCase() : value}` };
}

/** Whether it is a phone number as Twilio writes them, in E.164. */
export function isPhoneNumber(value: string): boolean {
  return PHONE_NUMBER.test(value);
}

/**
 * Finds the customer behind an address, in the CRM that `CRM_SOURCE` names.
 *
 * @param startedAt when the event came in, by `performance.now()`: `CRM_TIMEOUT_MS` counts from there
 * @returns `undefined` where the CRM knows nobody by that address, or several: linking the wrong person would be worse
 * @throws Error where the CRM fails, is too slow, or answers something that is no customer
 */
export async function findCustomer(
  address: Address,
  context: Context<EnvironmentVariables>,
  startedAt: number,
): Promise<FrontlineCustomer | undefined> {
  const name = context.CRM_SOURCE || DEFAULT_SOURCE;
  const timeUp = new AbortController();
  const timeLeftMs = () => crmTimeoutMs(context) - (performance.now() - startedAt);
  try {
    const lookUp = loadSource(name).findCustomer(address, context, timeUp.signal, timeLeftMs);
    const found = [(await inTime(lookUp, timeLeftMs())) ?? []].flat();
    const customers = found.map((customer) => toFrontline(customer, context.DOMAIN_NAME));
    const ids = new Set(customers.map(({ customer_id }) => JSON.stringify(customer_id)));
    if (ids.size < 2) return customers[0];
    console.warn(
      `${maskAddress(address)} is ambiguous: customer_id ${[...ids].join(', ')} have it, none is taken`,
    );
    return undefined;
  } catch (error) {
    throw new Error(`CRM_SOURCE ${name}: ${reasonOf(error)}`);
  } finally {
    timeUp.abort();
  }
}

/** Waits for an answer. @throws Error with the code ETIMEDOUT when the time is up */
export async function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
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

function crmTimeoutMs(context: EnvironmentVariables): number {
  const set = Number(context.CRM_TIMEOUT_MS);
  return set > 0 ? Math.min(set, CRM_TIMEOUT_MAX_MS) : CRM_TIMEOUT_DEFAULT_MS;
}

function loadSource(name: string): CrmSource {
  const assets = Runtime.getAssets();
  const source = assets[`/crm/${name}.js`];
  if (source) return require(source.path);
  const names = Object.keys(assets).flatMap((path) => /^\/crm\/(.+)\.js$/.exec(path)?.[1] ?? []);
  throw new Error(`there is no such source; there are: ${names.join(', ')}`);
}

function toFrontline({ customer_id, display_name, avatar }: Customer, domain?: string): FrontlineCustomer {
  const id = typeof customer_id === 'number' ? String(customer_id) : customer_id;
  if (typeof id !== 'string' || id.trim() === '') throw new Error('the customer found has no customer_id');
  return {
    customer_id: id,
    display_name: (typeof display_name === 'string' && display_name.trim()) || undefined,
    avatar: avatar ? absoluteUrl(avatar, domain, id) : undefined,
  };
}

function absoluteUrl(avatar: string, domain: string | undefined, customerId: string): string | undefined {
  try {
    const origin = domain && `${/^localhost(:|$)/.test(domain) ? 'http' : 'https'}://${domain}`;
    const url = new URL(avatar, avatar.startsWith('/') ? origin : undefined);
    if (/^https?:$/.test(url.protocol)) return url.href;
  } catch {}
  console.warn(`customer_id ${JSON.stringify(customerId)}: avatar left out, it is no http(s) URL`);
  return undefined;
}

/** Reads Attributes. Nothing counts as `{}`; what is no JSON object gives `undefined`: leave that alone. */
export function parseAttributes(json: unknown): Attributes | undefined {
  try {
    const attributes = JSON.parse(String(json ?? '').trim() || '{}') ?? {};
    return typeof attributes === 'object' && !Array.isArray(attributes) ? attributes : undefined;
  } catch {
    return undefined;
  }
}

/** A Conversation's attributes with the avatar added: JSON, or `undefined` where they are to stay as they are. */
export function conversationAttributes(json: unknown, { avatar }: FrontlineCustomer): string | undefined {
  const attributes = parseAttributes(json);
  if (!avatar || !attributes || attributes.avatar) return undefined;
  const added = JSON.stringify({ ...attributes, avatar });
  return Buffer.byteLength(added) <= CONVERSATION_ATTRIBUTES_MAX_BYTES ? added : undefined;
}

/** A Participant's attributes with the customer added, as JSON. What is there stays; what makes it too long is left out. */
export function participantAttributes(attributes: Attributes, customer: FrontlineCustomer): string {
  const withAdded = (...names: (keyof FrontlineCustomer)[]) => {
    const merged = { ...attributes };
    for (const name of names) merged[name] ||= customer[name];
    return JSON.stringify(merged);
  };
  const whole = withAdded('customer_id', 'display_name', 'avatar');
  const shorter = withAdded('customer_id', 'display_name');
  const fits = (json: string) => Buffer.byteLength(json) <= PARTICIPANT_ATTRIBUTES_MAX_BYTES;
  return [whole, shorter].find(fits) ?? withAdded('customer_id');
}

/** The log of one event, a line of it: no name, no full address, no text of a message. */
export function eventLog(event: string, context: EnvironmentVariables, startedAt: number) {
  type Of = [outcome: string, addresses?: Address[], customers?: (FrontlineCustomer | undefined)[]];
  const line = (...[outcome, addresses = [], customers = []]: Of) => {
    const ids = customers.map(
      (customer) => customer && `customer_id=${JSON.stringify(customer.customer_id)}`,
    );
    const source = `source=${context.CRM_SOURCE || DEFAULT_SOURCE}`;
    const ms = `${Math.round(performance.now() - startedAt)} ms`;
    return [event, ...addresses.map(maskAddress), outcome, ...ids, source, ms].filter(Boolean).join(' ');
  };
  return {
    info: (...of: Of) => console.log(line(...of)),
    error: (...of: Of) => console.error(line(...of)),
    /** For an event that the Function is not for: somebody ticked a filter too many. */
    wrongEvent(eventType: unknown) {
      const type = /^on[A-Z][A-Za-z]{1,40}$/.exec(String(eventType))?.[0] ?? 'An event of unknown type';
      console.warn(`${type} came to the URL of ${event}: untick it in the Console, under Webhook Filtering`);
    },
  };
}

function maskAddress({ channel, value }: Address): string {
  const masked =
    isPhoneNumber(value) && value.length >= 12 ? `${value.slice(0, 5)}•••${value.slice(-4)}` : '•••';
  return channel === 'sms' ? masked : `${channel}:${masked}`;
}

/** The first line of an error's message, without what may be personal: numbers, e-mail addresses, pieces of JSON. */
export function reasonOf(error: unknown): string {
  const { name, message = String(error) } = error as Partial<Error>;
  if (name === 'SyntaxError' && message.includes('JSON')) return 'malformed JSON';
  const [line = ''] = message.split('\n');
  return line.slice(0, 300).replace(/\S+@\S+|\+?\d[\d\s().-]{4,}\d/g, '•••');
}
