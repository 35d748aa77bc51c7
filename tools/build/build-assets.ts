import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, extname, join, normalize } from 'node:path';
import { compileCustomers } from '../customers/compile-customers';
import { type CustomersSettings, loadCustomers, SAMPLE_CUSTOMERS } from '../customers/customers-file';

/** What becomes public, as it has a URL: the page, and pictures. What is `.private` or `.protected` may be of any kind. */
const PUBLIC_KINDS = ['.html', '.css', '.png', '.jpg', '.jpeg', '.gif', '.svg', '.webp', '.avif', '.ico'];

export interface BuildSettings extends CustomersSettings {
  CRM_SOURCE?: string;
}

/** What a build says. */
export interface Said {
  /** Where the customers come from, in a line. */
  customers: string;
  warnings: string[];
}

/**
 * Makes the Assets that are not TypeScript: the customers are compiled into the form that a look-up searches, the rest
 * is copied.
 *
 * @param folder the build; its `assets/` is written
 * @throws Problem if the customers cannot be used; nothing is written then
 */
export function buildAssets(folder: string, settings: BuildSettings): Said {
  const source = settings.CRM_SOURCE?.trim() || 'file';
  // Customers who come from elsewhere are not deployed.
  const loaded = source === 'file' ? loadCustomers(settings, compileCustomers) : undefined;

  const skipped: string[] = [];
  cpSync('assets', join(folder, 'assets'), {
    recursive: true,
    filter(path) {
      if (path === normalize(SAMPLE_CUSTOMERS) || path.endsWith('.ts')) return false;
      if (isDeployed(path)) return true;
      if (!basename(path).startsWith('.')) skipped.push(path);
      return false;
    },
  });
  if (loaded) writeFileSync(join(folder, SAMPLE_CUSTOMERS), loaded.json);
  // Twilio answers the bare domain with this path: https://github.com/twilio-labs/serverless-toolkit/issues/371
  mkdirSync(join(folder, 'assets/assets'));
  cpSync('assets/index.html', join(folder, 'assets/assets/index.html'));

  return {
    customers: loaded ? describe(loaded) : `Customers: from CRM_SOURCE=${source}, none are deployed`,
    warnings: [
      ...(loaded?.warnings ?? []),
      ...missingAvatars(loaded?.customers ?? []).map(
        (avatar) =>
          `${loaded?.file}: warning: avatar ${avatar} is not a file under assets/: workers will see no picture`,
      ),
      ...skipped.map(
        (path) =>
          `${path}: warning: is not deployed, as it would be public: rename it to ${basename(path, extname(path))}.private${extname(path)} if the Functions read it`,
      ),
    ],
  };
}

function describe({ file, customers }: { file: string; customers: { customer_id: string }[] }): string {
  const people = new Set(customers.map(({ customer_id }) => customer_id)).size;
  return `Customers: ${file} (customers: ${people}, addresses: ${customers.length})`;
}

/** Whether what is not TypeScript belongs into the build: folders do, and what may be public or never will be. */
function isDeployed(path: string): boolean {
  const kind = extname(path).toLowerCase();
  if (kind === '') return !basename(path).startsWith('.');
  return PUBLIC_KINDS.includes(kind) || /\.(private|protected)\.\w+$/.test(path);
}

/** The avatars that are paths of public Assets, and are not there. */
function missingAvatars(customers: { avatar?: string }[]): string[] {
  const paths = customers.flatMap(({ avatar }) => (avatar?.startsWith('/') ? avatar : []));
  return [...new Set(paths)].filter((path) => !existsSync(`assets${path}`));
}
