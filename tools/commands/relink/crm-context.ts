import { readFileSync } from 'node:fs';
import type { CrmSource } from '../../../assets/crm.private';
import { crmSourceOf } from '../../crm-source';
import { Problem } from '../../problem';
import type { Crm } from '../../runtime/in-process-runtime';
import { NothingDeployed } from '../../twilio/deployment';

/** What the CRM mapping gets of a Function: the environment variables, and the domain. */
export type CrmContext = Parameters<Crm['findCustomer']>[1];

/** How many look-ups a second a CRM gets whose source says nothing. */
const PER_SECOND = 10;

/**
 * The context of the Functions. The CRM mapping has to be loaded.
 *
 * @param domain theirs, if it is named
 * @param findDomain finds it, since avatars may be paths there
 * @throws Problem if it cannot be found; if nothing is deployed, only if customers of a file have such avatars
 */
export async function contextOf(
  env: NodeJS.ProcessEnv,
  domain: string | undefined,
  findDomain: () => Promise<string>,
): Promise<CrmContext> {
  const DOMAIN_NAME = domain?.replace(/^https?:\/\/|\/.*$/g, '') ?? (await domainOfAvatars(env, findDomain));
  return { ...env, DOMAIN_NAME } as unknown as CrmContext;
}

async function domainOfAvatars(env: NodeJS.ProcessEnv, findDomain: () => Promise<string>) {
  if (crmSourceOf(env) === 'file') return hasAvatarsAsPaths() ? findDomain() : undefined;
  if (hasNoAvatars(env)) return undefined;
  return findDomain().catch((error) => {
    if (!(error instanceof NothingDeployed)) throw error;
    return undefined;
  });
}

/** Whether customers of the build have avatars that are paths. */
function hasAvatarsAsPaths(): boolean {
  const compiled = readFileSync(Runtime.getAssets()['/customers.json']?.path ?? '', 'utf8');
  return (JSON.parse(compiled) as string[][]).some(([, , , avatar]) => avatar?.startsWith('/'));
}

/** Whether nobody has said where a source has avatars, and it does not know by itself. */
function hasNoAvatars(env: NodeJS.ProcessEnv): boolean {
  const { settings = {} } = loadSource(env);
  return Object.entries(settings).some(
    ([name, setting]) => name.includes('_AVATAR_') && !setting.default && !env[name]?.trim(),
  );
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
function loadSource(context: NodeJS.Dict<string>): Partial<CrmSource> {
  const path = Runtime.getAssets()[`/crm/${crmSourceOf(context)}.js`]?.path;
  return path ? require(path) : {};
}
