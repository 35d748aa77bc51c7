import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { maskId } from '../../assets/event-log.private';
import { compile } from '../customers/compile-customers';
import { loadCustomers, SAMPLE_CUSTOMERS } from '../customers/customers-file';
import { COMPILED_CUSTOMERS } from './built-folder';
import { type Settings, sourceOf } from './check-settings';
import { copiedAssets } from './copied-assets';

/** How many customers without a picture are named. */
const NAMED_MAX = 10;

/** What a build says. */
export interface Said {
  /** Where the customers come from, in a line. */
  customers: string;
  warnings: string[];
  /** The warnings, with those of customers in a line of counts. */
  brief: string[];
}

/**
 * Makes the Assets that are not TypeScript: the customers are compiled into the form that a look-up searches, the rest
 * is copied.
 *
 * @param folder the build; its `assets/` is written
 * @throws Problem if the customers cannot be used, or something would become public; nothing is written then
 */
export async function buildAssets(folder: string, settings: Settings): Promise<Said> {
  const source = sourceOf(settings);
  const copied = copiedAssets('assets');
  // Customers who come from elsewhere are not deployed.
  const loaded = source === 'file' ? await loadCustomers(settings, compile) : undefined;

  for (const path of copied) cpSync(path, join(folder, path));
  if (loaded) writeFileSync(join(folder, COMPILED_CUSTOMERS), loaded.json);
  // Twilio answers the bare domain with this path: https://github.com/twilio-labs/serverless-toolkit/issues/371
  mkdirSync(join(folder, 'assets/assets'), { recursive: true });
  cpSync('assets/index.html', join(folder, 'assets/assets/index.html'));

  const avatars = describeMissing(missingAvatars(loaded?.customers ?? [])).map(
    (warning) => `${loaded?.file}: warning: ${warning}`,
  );
  return {
    customers: loaded ? describe(loaded) : `Customers: from CRM_SOURCE=${source}, none are deployed`,
    warnings: [...(loaded?.warnings ?? []), ...avatars],
    brief: [...(loaded?.brief ?? []), ...avatars],
  };
}

function describe({ file, customers, ambiguous }: Awaited<ReturnType<typeof loadCustomers>>): string {
  const people = new Set(customers.map(({ customer_id }) => customer_id));
  for (const { customer_ids } of ambiguous) for (const id of customer_ids) people.add(id);
  const counts = [`customers: ${people.size}`, `addresses: ${customers.length}`];
  if (ambiguous.length > 0) counts.push(`ambiguous: ${ambiguous.length}`);
  const which = file === SAMPLE_CUSTOMERS ? `the samples in ${file}` : file;
  return `Customers: ${which} (${counts.join(', ')})`;
}

/** The customers whose avatars are paths of public Assets, and are not there. */
function missingAvatars(customers: { customer_id: string; avatar?: string }[]): string[] {
  const paths = new Set(customers.flatMap(({ avatar }) => (avatar?.startsWith('/') ? avatar : [])));
  const missing = new Set([...paths].filter((path) => !existsSync(`assets${path}`)));
  const theirs = customers.filter(({ avatar }) => avatar && missing.has(avatar));
  return [...new Set(theirs.map(({ customer_id }) => customer_id))];
}

/** By the IDs of their customers: the path of an avatar often has a name in it. */
function describeMissing(ids: string[]): string[] {
  if (ids.length === 0) return [];
  const more = ids.length > NAMED_MAX ? `, and ${(ids.length - NAMED_MAX).toLocaleString('en')} more` : '';
  const named = `${ids
    .slice(0, NAMED_MAX)
    .map((id) => maskId(id))
    .join(', ')}${more}`;
  return [
    `avatars that are not files under assets/, so that workers see no picture: of customer_id ${named}`,
  ];
}
