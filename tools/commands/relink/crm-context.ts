import type { CrmSource } from '../../../assets/crm.private';
import { crmSourceOf } from '../../crm-source';
import { loadCustomers } from '../../customers/customers-file';
import type { Crm } from '../../runtime/in-process-runtime';

/** What the CRM mapping gets of a Function: the environment variables, and the domain. */
export type CrmContext = Parameters<Crm['findCustomer']>[1];

/** How many look-ups a second a CRM gets whose source says nothing. */
const PER_SECOND = 10;

/**
 * The context of the Functions.
 *
 * @param domain theirs, if it is named
 * @param findDomain finds it, if customers of the file have avatars there
 * @throws Problem if it cannot be found
 */
export async function contextOf(
  env: NodeJS.ProcessEnv,
  domain: string | undefined,
  findDomain: () => Promise<string>,
): Promise<CrmContext> {
  const named = domain?.replace(/^https?:\/\/|\/.*$/g, '');
  const DOMAIN_NAME = named ?? ((await hasAvatarsAsPaths(env)) ? await findDomain() : undefined);
  return { ...env, DOMAIN_NAME } as unknown as CrmContext;
}

async function hasAvatarsAsPaths(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (crmSourceOf(env) !== 'file') return false;
  const { customers } = await loadCustomers(env, (read) => read);
  return customers.some(({ avatar }) => avatar?.startsWith('/'));
}

/** How many look-ups a second the CRM gets: what its source says, and as many as there are from a file. */
export function perSecondOf(context: CrmContext): number {
  const source = crmSourceOf(context);
  if (source === 'file') return Number.POSITIVE_INFINITY;
  const path = Runtime.getAssets()[`/crm/${source}.js`]?.path;
  const { perSecond }: Partial<CrmSource> = path ? require(path) : {};
  return perSecond ?? PER_SECOND;
}
