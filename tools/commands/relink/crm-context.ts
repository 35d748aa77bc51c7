import type { CrmSource } from '../../../assets/crm.private';
import { crmSourceOf } from '../../crm-source';
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
  if (crmSourceOf(context) === 'file') return Number.POSITIVE_INFINITY;
  return loadSource(context).perSecond ?? PER_SECOND;
}

/** Checks the settings of the CRM source: without them, each look-up would fail. @throws Problem that says what is missing */
export function checkCrmSettings(context: CrmContext) {
  const { settings } = loadSource(context);
  if (!settings) return;
  try {
    require(Runtime.getAssets()['/crm-settings.js']?.path ?? '').readSettings(settings, context);
  } catch (error) {
    throw new Problem(`CRM_SOURCE ${crmSourceOf(context)}: ${(error as Error).message}`);
  }
}

/** Nothing of a source that there is not: the first look-up says so. */
function loadSource(context: CrmContext): Partial<CrmSource> {
  const path = Runtime.getAssets()[`/crm/${crmSourceOf(context)}.js`]?.path;
  return path ? require(path) : {};
}
