import { existsSync, readFileSync } from 'node:fs';
import type { Twilio } from 'twilio';
import { Problem } from '../problem';
import { described, describeError, type TwilioError } from './errors';
import { type Retries, withRetries } from './retries';

/** What has been deployed to a domain. */
export interface Deployment {
  domain: string;
  /** ZS… */
  serviceSid: string;
  /** ZE… */
  environmentSid: string;
  /** ZB… */
  buildSid: string;
}

/** Where to look for a deployment. */
export interface Whereabouts {
  /** The domain, if the user names one. */
  domain?: string;
  /** The domains to take if there are several and none is named; asked only then. */
  preferred?: () => Promise<string[]>;
}

/** There is no deployment: the account has never had one, or it has been deleted. */
export class NothingDeployed extends Problem {}

/** How many services of the account are searched for a domain. */
const SERVICES_MAX = 100;

/**
 * Finds what `npm run deploy` has deployed: in the service that it noted in .twiliodeployinfo, or else in the one of this
 * project's name.
 *
 * @throws NothingDeployed; Problem if several domains are and none is named, or Twilio does not answer
 */
export async function findDeployment(
  twilio: Twilio,
  { domain, preferred }: Whereabouts,
  retries: Retries,
): Promise<Deployment> {
  const { services } = twilio.serverless.v1;
  const ask = asking(retries);
  const domainsOf = (service: string) => deploymentsOf(twilio, service, retries);

  const noted = notedService('.twiliodeployinfo', twilio.username ?? '');
  let deployments = noted ? await domainsOf(noted) : [];
  if (deployments.length === 0) {
    const { name } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string };
    const service = await ask(async () => described(await services(name).fetch(), 'sid'));
    if (service) deployments = await domainsOf(service.sid);
  }
  if (domain) {
    const host = hostOf(domain);
    const isNamed = (deployment: Deployment) => deployment.domain === host;
    const found = deployments.find(isNamed) ?? (await allDeployments(twilio, retries)).find(isNamed);
    if (found) return found;
    throw new Problem(`No Functions of this account are deployed to ${host}: is that the domain?`);
  }
  const [only, ...others] = deployments;
  if (!only) throw new NothingDeployed('Nothing is deployed in this account: run npm run deploy first');
  if (others.length === 0) return only;
  const [called, ...more] = await among(deployments, preferred);
  if (called && more.length === 0) return called;
  const domains = deployments.map((one) => `  --domain ${one.domain}`).join('\n');
  throw new Problem(`There are several domains: say which one is meant, by\n${domains}`);
}

async function among(deployments: Deployment[], preferred?: () => Promise<string[]>) {
  const domains = (await preferred?.()) ?? [];
  return deployments.filter(({ domain }) => domains.includes(domain));
}

/** The host of a domain, however somebody has written it. */
function hostOf(domain: string): string {
  const url = /^https?:/i.test(domain) ? domain : `https://${domain.replace(/^\/+/, '')}`;
  return URL.canParse(url) ? new URL(url).host : domain.toLowerCase();
}

/** Everything that is deployed in the account. @throws Problem if Twilio does not answer */
export async function allDeployments(twilio: Twilio, retries: Retries): Promise<Deployment[]> {
  const { services } = twilio.serverless.v1;
  const all = (await asking(retries)(() => services.list({ limit: SERVICES_MAX }))) ?? [];
  return (await Promise.all(all.map(({ sid }) => deploymentsOf(twilio, sid, retries)))).flat();
}

async function deploymentsOf(twilio: Twilio, service: string, retries: Retries): Promise<Deployment[]> {
  const { environments } = twilio.serverless.v1.services(service);
  const found = (await asking(retries)(() => environments.list())) ?? [];
  return found
    .filter(({ buildSid }) => buildSid)
    .map(({ sid, serviceSid, domainName, buildSid }) => ({
      domain: domainName,
      serviceSid: serviceSid ?? service,
      environmentSid: sid,
      buildSid,
    }));
}

/** Asks the Serverless API; `undefined` if there is no such thing. */
function asking(retries: Retries) {
  return async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await withRetries(call, retries);
    } catch (error) {
      if ((error as TwilioError).status === 404) return undefined;
      if (retries.signal.aborted) throw error;
      throw new Problem(describeError(error, 'Serverless'), { cause: error });
    }
  };
}

/**
 * The service that the last deploy went to. Accounts in other regions than us1 have a deploy of their own.
 * https://github.com/twilio-labs/serverless-toolkit/blob/main/packages/twilio-run/src/utils/deployInfoCache.ts
 */
function notedService(file: string, username: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const noted = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { serviceSid?: string }>;
    const serviceSid = (noted[`${username}:us1`] ?? noted[username])?.serviceSid;
    return /^ZS[0-9a-f]{32}$/i.test(String(serviceSid)) ? serviceSid : undefined;
  } catch {
    // It is twilio-run's own, and starts anew on the next deploy.
    return undefined;
  }
}
