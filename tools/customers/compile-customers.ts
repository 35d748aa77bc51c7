import { Problem } from '../problem';
import { type ReadCustomers, type ReadingSettings, readCustomers } from './read-customers';

/** Twilio refuses a larger Asset: https://www.twilio.com/docs/serverless/functions-assets/assets */
const ASSET_MAX_BYTES = 25 * 1024 * 1024;
/** What Twilio has named for private Assets: https://www.twilio.com/docs/runtime/functions-assets-api */
const PRIVATE_ASSET_MAX_BYTES = 10 * 1024 * 1024;

/** Customers, and what is deployed of them. */
export interface CompiledCustomers extends ReadCustomers {
  /** A JSON array with one line for each address, sorted by address: what assets/crm/file.private.ts searches. */
  json: string;
}

/** Compiles the customers of a JSON text. @throws Problem if they cannot be used */
export function compileCustomers(json: string, settings?: ReadingSettings): CompiledCustomers {
  return compile(readCustomers(json, settings));
}

/** Compiles customers. @throws Problem if they are too many */
export function compile(read: ReadCustomers): CompiledCustomers {
  const json = linesOf(read);
  const bytes = Buffer.byteLength(json);
  const size = `compiles to ${(bytes / 1024 / 1024).toFixed(1)} MB`;
  if (bytes > ASSET_MAX_BYTES) {
    throw new Problem(
      `${size}, and an Asset may have 25 MB: keep customers in a CRM or in Sync, and choose it by CRM_SOURCE`,
    );
  }
  if (bytes <= PRIVATE_ASSET_MAX_BYTES) return { ...read, json };
  const warning = `${size}: Twilio has documented 10 MB as the limit of a private Asset, a deploy may fail`;
  return { ...read, json, warnings: [...read.warnings, warning], brief: [...read.brief, warning] };
}

function linesOf({ customers, ambiguous }: ReadCustomers): string {
  const lines = [
    ...customers.map(({ key, customer_id, display_name = null, avatar }) => ({
      key,
      line: JSON.stringify([key, customer_id, display_name, ...(avatar ? [avatar] : [])]),
    })),
    ...ambiguous.map(({ key, customer_ids }) => ({ key, line: JSON.stringify([key, customer_ids]) })),
  ].sort((a, b) => (a.key < b.key ? -1 : 1));
  return ['[', ...(lines.length > 0 ? [lines.map(({ line }) => line).join(',\n')] : []), ']', ''].join('\n');
}
