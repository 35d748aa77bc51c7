import type { CrmSource } from '../../../assets/crm.private';
import { loadCustomers } from '../../customers/customers-file';
import { Problem } from '../../problem';
import type { Crm } from '../../runtime/in-process-runtime';

/** What the CRM mapping gets of a Function: the environment variables, and the domain. */
export type CrmContext = Parameters<Crm['findCustomer']>[1];

/** How many look-ups a second a CRM gets whose source says nothing. */
const PER_SECOND = 10;

/**
 * The context of the Functions.
 *
 * @param domain theirs, if it is named
 * @throws Problem if it is missing, and customers of the file have avatars there
 */
export async function contextOf(env: NodeJS.ProcessEnv, domain: string | undefined): Promise<CrmContext> {
  const context = { ...env, DOMAIN_NAME: domain?.replace(/^https?:\/\/|\/.*$/g, '') };
  const isFile = (env.CRM_SOURCE?.trim() || 'file') === 'file';
  if (isFile && !domain) {
    const { file, customers } = await loadCustomers(env, (read) => read);
    if (customers.some(({ avatar }) => avatar?.startsWith('/')))
      throw new Problem(
        `${file} has avatars that are paths: say where they are, by --domain and the domain that npm run deploy printed`,
      );
  }
  return context as unknown as CrmContext;
}

/** How many look-ups a second the CRM gets: what its source says, and as many as there are from a file. */
export function perSecondOf({ CRM_SOURCE }: CrmContext): number {
  const source = CRM_SOURCE?.trim() || 'file';
  if (source === 'file') return Number.POSITIVE_INFINITY;
  const path = Runtime.getAssets()[`/crm/${source}.js`]?.path;
  const { perSecond }: Partial<CrmSource> = path ? require(path) : {};
  return perSecond ?? PER_SECOND;
}
