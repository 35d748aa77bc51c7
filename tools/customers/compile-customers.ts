import { type AddressedCustomer, type Checked, readCustomers } from './read-customers';

/** Twilio refuses a larger Asset: https://www.twilio.com/docs/serverless/functions-assets/assets */
const ASSET_MAX_BYTES = 25 * 1024 * 1024;
/** What Twilio has named for private Assets: https://www.twilio.com/docs/runtime/functions-assets-api */
const PRIVATE_ASSET_MAX_BYTES = 10 * 1024 * 1024;

/**
 * Compiles the customers into a JSON array with one line for each address, sorted by address: what
 * assets/crm/file.private.ts searches.
 *
 * @param source the text of a JSON file
 * @param defaultCountry where numbers without a country code are: its ISO code, `US`
 */
export function compileCustomers(
  source: string,
  defaultCountry?: string,
): Checked & { customers: AddressedCustomer[]; json: string } {
  const { customers, problems, warnings } = readCustomers(source, defaultCountry);
  const json = linesOf(customers);
  const bytes = Buffer.byteLength(json);
  const size = `compiles to ${(bytes / 1024 / 1024).toFixed(1)} MB`;
  if (bytes > ASSET_MAX_BYTES) {
    problems.push(
      `${size}, and an Asset may have 25 MB: keep customers in a CRM or in Sync, and choose it by CRM_SOURCE`,
    );
  } else if (bytes > PRIVATE_ASSET_MAX_BYTES) {
    warnings.push(`${size}: Twilio has documented 10 MB as the limit of a private Asset, a deploy may fail`);
  }
  return { customers, json, problems, warnings };
}

function linesOf(customers: AddressedCustomer[]): string {
  const lines = customers.map(({ key, customer_id, display_name = null, avatar }) =>
    JSON.stringify([key, customer_id, display_name, ...(avatar ? [avatar] : [])]),
  );
  return ['[', ...(lines.length > 0 ? [lines.join(',\n')] : []), ']', ''].join('\n');
}
