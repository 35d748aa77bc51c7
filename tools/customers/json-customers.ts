import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { z } from 'zod';
import { Problem } from '../problem';
import { ID_HEADERS, wordsOf } from './csv/headers';
import { placeOf, problemOfId } from './customer-id';
import type { CustomerList } from './customer-list';
import type { Findings } from './findings';

const NO_ID = 'customer_id is missing: give the ID of the customer in your CRM';
/** A larger number has lost its last digits when it is read, and may be that of another customer. */
const INEXACT_ID = 'customer_id is not exact as a number: put it in quotation marks';
const NO_CHANNELS =
  'channels is missing: list what the customer writes from, [{"type": "sms", "value": "+14155550147"}]';
const text = (remedy: string) => z.string(remedy).trim().min(1, remedy);

/** A customer as Frontline's CRM callback describes them: https://www.twilio.com/docs/frontline/my-customers */
const Customer = z.object(
  {
    customer_id: z.union([text(NO_ID), z.number().refine(Number.isSafeInteger, INEXACT_ID)], {
      error: ({ input }) => (typeof input === 'number' ? INEXACT_ID : NO_ID),
    }),
    display_name: z.unknown().optional(),
    avatar: z.unknown().optional(),
    channels: z.array(z.unknown(), NO_CHANNELS).min(1, NO_CHANNELS),
  },
  'not an object: write {"customer_id": "…", "display_name": "…", "channels": […]}',
);

const Channel = z.object(
  {
    type: text('without a type: say which channel, such as "sms", "whatsapp", "messenger" or "email"'),
    value: text('without a value: say what the customer writes from, in quotation marks'),
  },
  'not an object: write {"type": "sms", "value": "+14155550147"}',
);

/**
 * Reads a JSON array of customers.
 *
 * @throws Problem if the file cannot be read
 */
export function readJsonCustomers(json: string, list: CustomerList, findings: Findings) {
  if (json.includes('\uFFFD')) {
    findings.add('files to look at', 'some characters cannot be read: save it as UTF-8', 'all of it');
  }
  for (const [i, record] of parseArray(json.replace(/^\uFEFF/, '')).entries()) {
    const at = `record ${i + 1}`;
    const { data: customer, error } = Customer.safeParse(record);
    if (error) list.leaveOut(placeOfRecord(at, record), reasonOf(error, record));
    if (!customer) continue;
    const customer_id = String(customer.customer_id);
    const place = placeOf(at, customer_id);
    const problem = problemOfId(customer_id);
    if (problem) {
      list.leaveOut(at, problem);
      continue;
    }
    const textOf = (name: 'display_name' | 'avatar') => {
      const value = customer[name] ?? undefined;
      if (value === undefined || typeof value === 'string') return value;
      findings.add('names or avatars to look at', `${name} is not text: put it in quotation marks`, place);
      return undefined;
    };
    list.add({
      at,
      customer_id,
      display_name: textOf('display_name'),
      avatar: textOf('avatar'),
      channels: customer.channels.flatMap((channel, i) => {
        const { data, error } = Channel.safeParse(channel);
        if (data) return { field: `channels[${i}].value`, ...data };
        findings.add('addresses left out', error.issues[0]?.message ?? '', `${place}, channels[${i}]`);
        return [];
      }),
    });
  }
}

/** Why a record cannot be used; if its ID may be there under another name, with that. */
function reasonOf({ issues: [issue] }: z.ZodError, record: unknown): string {
  const reason = issue?.message ?? '';
  if (reason !== NO_ID || 'customer_id' in Object(record)) return reason;
  const other = Object.keys(Object(record)).find((name) => ID_HEADERS.includes(wordsOf(name).join('')));
  return other ? `${reason}, which ${other} may be` : reason;
}

function parseArray(json: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new Problem(`is not valid JSON${firstErrorIn(json)}`);
  }
  if (Array.isArray(parsed)) return parsed;
  throw new Problem('is not an array: put the customers between [ and ], separated by commas');
}

/** `: comma expected at line 2, column 25`. JSON.parse names no line. */
function firstErrorIn(json: string): string {
  const errors: ParseError[] = [];
  try {
    parse(json, errors, { disallowComments: true });
  } catch (error) {
    if (error instanceof RangeError) return ', and nested too deeply to say where';
    throw error;
  }
  const [first] = errors;
  if (!first) return '';
  const before = json.slice(0, first.offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const inWords = printParseErrorCode(first.error)
    .replace(/(?<=.)[A-Z]/g, ' $&')
    .toLowerCase();
  return `: ${inWords} at line ${before.length}, column ${column}`;
}

/** Where a record is that cannot be used: with its customer_id, if it has one. */
function placeOfRecord(at: string, record: unknown): string {
  const id = (record as { customer_id?: unknown } | null)?.customer_id;
  const isExact = typeof id === 'string' ? id.trim() : Number.isSafeInteger(id);
  return isExact ? placeOf(at, String(id)) : at;
}
