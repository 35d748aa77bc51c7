import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';
import { parseAddress } from '../../assets/address.private';

/** What came of checking `customers.private.json`. */
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

/** https://www.twilio.com/docs/conversations/conversations-limits */
const FRIENDLY_NAME_MAX_LENGTH = 256;
/** Twilio refuses a larger Asset: https://www.twilio.com/docs/serverless/functions-assets/assets */
const ASSET_MAX_BYTES = 25 * 1024 * 1024;
/** What Twilio has named for private Assets: https://www.twilio.com/docs/runtime/functions-assets-api */
const PRIVATE_ASSET_MAX_BYTES = 10 * 1024 * 1024;
/** The channels on which customers are phone numbers; elsewhere a number is one that starts with a plus. */
const PHONE_CHANNELS = ['sms', 'mms', 'whatsapp'];

const NO_ID = 'is missing: give the ID of the customer in your CRM, as text';
const text = (mend: string) => z.string(mend).trim().min(1, mend);
const CustomerRecord = z.object(
  {
    customer_id: z.union([text(NO_ID), z.number()], NO_ID),
    display_name: z.string('is no text: put the name in quotation marks').nullish(),
    avatar: z.string('is no text: put the URL in quotation marks').nullish(),
    channels: z
      .array(
        z.object(
          {
            type: text('is missing: say which channel, such as "sms", "whatsapp", "messenger" or "email"'),
            value: text('is missing: say where the customer writes from, in quotation marks'),
          },
          'is no object: write {"type": "sms", "value": "+14155550147"}',
        ),
        'is missing: list where the customer writes from, [{"type": "sms", "value": "+14155550147"}]',
      )
      .min(1, 'is empty: list where the customer writes from, [{"type": "sms", "value": "+14155550147"}]'),
  },
  'is no object: write {"customer_id": "…", "display_name": "…", "channels": […]}',
);

type CustomerRecord = z.infer<typeof CustomerRecord>;

/**
 * Compiles the customers into a JSON array with one line for each address, sorted by address: what
 * assets/crm/file.private.ts searches.
 *
 * @param source the text of `customers.private.json`
 * @param defaultCountry where numbers without a country code are: its ISO code, `US`
 */
export function compileCustomers(source: string, defaultCountry?: string): Checked & { json: string } {
  const { customers, problems, warnings } = readCustomers(source, defaultCountry);
  const lines = customers.map(({ key, customer_id, display_name = null, avatar }) =>
    JSON.stringify([key, customer_id, display_name, ...(avatar ? [avatar] : [])]),
  );
  const json = ['[', ...(lines.length > 0 ? [lines.join(',\n')] : []), ']', ''].join('\n');
  const bytes = Buffer.byteLength(json);
  const size = `compiles to ${(bytes / 1024 / 1024).toFixed(1)} MB`;
  if (bytes > ASSET_MAX_BYTES) {
    problems.push(
      `${size}, and an Asset may have 25 MB: keep customers in a CRM or in Sync, and choose it by CRM_SOURCE`,
    );
  } else if (bytes > PRIVATE_ASSET_MAX_BYTES) {
    warnings.push(`${size}: Twilio has documented 10 MB as the limit of a private Asset, a deploy may fail`);
  }
  return { json, problems, warnings };
}

/** Validates the customers, and normalises their addresses: one of them for each address, sorted by address. */
export function readCustomers(
  source: string,
  defaultCountry?: string,
): Checked & { customers: AddressedCustomer[] } {
  const problems: string[] = [];
  const warnings: string[] = [];
  if (defaultCountry && !isSupportedCountry(defaultCountry)) {
    problems.push('CRM_DEFAULT_COUNTRY is no country: give an ISO code in capitals, such as US');
  }
  const country = isSupportedCountry(defaultCountry ?? '') ? (defaultCountry as CountryCode) : undefined;

  const byKey = new Map<string, { at: string; customer: AddressedCustomer }>();
  for (const [index, record] of readArray(source, problems).entries()) {
    const { data: customer, error } = CustomerRecord.safeParse(record);
    const at = `record ${index + 1}${idOf(record)}`;
    for (const issue of error?.issues ?? []) problems.push(`${at}${pathOf(issue.path)} ${issue.message}`);
    if (!customer) continue;

    warnings.push(...doubtsOf(customer).map((doubt) => at + doubt));
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

/** The records of the file; none where it is no JSON array. */
function readArray(source: string, problems: string[]): unknown[] {
  const json = source.replace(/^\uFEFF/, '');
  try {
    const records: unknown = JSON.parse(json);
    if (Array.isArray(records)) return records;
    problems.push('is no array: put the customers between [ and ], separated by commas');
  } catch {
    const errors: ParseError[] = [];
    parse(json, errors, { disallowComments: true });
    const [first] = errors;
    const where = first && `: ${printParseErrorCode(first.error)} in ${placeOf(first.offset, json)}`;
    problems.push(`is no JSON${where ?? ''}`);
  }
  return [];
}

/** The key that `parseAddress` gives the address when somebody writes from it. */
function keyOf(type: string, value: string, country?: CountryCode): { key?: string; problem?: string } {
  const channel = type.toLowerCase();
  const hasPrefix = value.toLowerCase().startsWith(`${channel}:`);
  const written = hasPrefix ? value.slice(channel.length + 1).trim() : value;
  if (channel === 'email' && !written.includes('@')) return { problem: 'is no e-mail address' };
  if (!PHONE_CHANNELS.includes(channel) && !written.startsWith('+')) {
    return { key: parseAddress(`${channel}:${written}`)?.key };
  }
  const number = parsePhoneNumberFromString(written, { defaultCountry: country, extract: false })?.number;
  const key = parseAddress(number)?.key;
  if (key && parsePhoneNumberFromString(key)?.isPossible()) return { key };
  const mend = country || written.startsWith('+') ? '' : ', or set CRM_DEFAULT_COUNTRY';
  return { problem: `is no phone number: write it with its country code, like +14155550147${mend}` };
}

function doubtsOf({ display_name, avatar }: CustomerRecord): string[] {
  const doubts: string[] = [];
  if (!display_name?.trim()) doubts.push(' has no display_name: workers will see the address');
  if (display_name && display_name.length > FRIENDLY_NAME_MAX_LENGTH) {
    doubts.push(
      `, display_name is over ${FRIENDLY_NAME_MAX_LENGTH} characters: workers will see its beginning`,
    );
  }
  if (avatar && !isWebAddress(avatar)) {
    doubts.push(
      ', avatar is no web address, so left out: give https://…, or the path of a file under assets/, such as /avatars/ada.png',
    );
  }
  return doubts;
}

function isWebAddress(avatar: string | null | undefined): avatar is string {
  if (!avatar) return false;
  return avatar.startsWith('/') || (URL.canParse(avatar) && /^https?:$/.test(new URL(avatar).protocol));
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

function placeOf(offset: number, text: string): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
