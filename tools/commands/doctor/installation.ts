import type { Twilio } from 'twilio';
import { type ConversationsServices, isServiceSid, readServices } from '../../twilio/conversations-services';
import { type Deployment, findDeployment } from '../../twilio/deployment';
import { described } from '../../twilio/errors';
import { type Retries, withRetries } from '../../twilio/retries';
import { findWebhooks, readRetryCounts, type Scope } from '../../twilio/webhooks';
import { POST_EVENT_PATH, PRE_EVENT_PATH, urlOf } from '../connect/function-urls';
import { findGoneFunctions } from '../connect/gone-functions';
import { hostsOf } from '../connect/own-domains';
import { calledUrls, type FunctionUrls, planAll } from './webhook-plans';

/** A Function or an Asset of a build. */
export interface Version {
  sid: string;
  function_sid?: string;
  path: string;
  visibility: string;
}

/** The installation that is examined. Whatever several checks need to know is asked once. */
export type Installation = ReturnType<typeof examine>;

export function examine(
  twilio: Twilio,
  env: NodeJS.ProcessEnv,
  { domain, address, to }: { domain?: string; address?: string; to?: string },
  retries: Retries,
) {
  const { serverless } = twilio;
  const ask = <T>(call: () => Promise<T>) => withRetries(call, retries);
  /** @throws Problem if nothing is deployed */
  const deployment = once(
    (): Promise<Deployment> => findDeployment(twilio, { domain, preferred: calledDomains }, retries),
  );
  const service = async () => serverless.v1.services((await deployment()).serviceSid);
  const environment = async () => (await service()).environments((await deployment()).environmentSid);
  const services = once((): Promise<ConversationsServices> => readServices(twilio, retries));
  /** Webhooks; `undefined` if there is no such service. */
  const webhooks = oncePer((scope: Scope) => findWebhooks(twilio, scope, retries));

  /** The domains that the webhooks name. If they cannot be read, another check says so. */
  async function calledDomains(): Promise<string[]> {
    const known = await services().catch(() => undefined);
    const scopes: Scope[] = ['account', ...(known?.all ?? [])];
    const set = await Promise.all(scopes.map((scope) => webhooks(scope).catch(() => undefined)));
    return hostsOf(set.flatMap((one) => one ?? []));
  }
  const plans = once(async () => planAll(twilio, await deployment(), await services(), webhooks, retries));

  return {
    twilio,
    env,
    ask,
    /** The address to look up, if the user names one. */
    address,
    /** A number of the account, to which a customer may have written; `undefined` if none is known. */
    ownNumber: async () => {
      const known = await services().catch(() => undefined);
      return (
        to ?? known?.addresses.find((own) => own.isOn && /^(whatsapp:)?\+\d+$/.test(own.address))?.address
      );
    },
    deployment,
    service,
    environment,
    build: once(async () => {
      const { buildSid } = await deployment();
      const of = await service();
      const { functionVersions, assetVersions, runtime } = await ask(async () =>
        described(await of.builds(buildSid).fetch(), 'sid'),
      );
      return {
        functions: (functionVersions ?? []) as Version[],
        assets: (assetVersions ?? []) as Version[],
        runtime: String(runtime),
      };
    }),
    variables: once(async () => {
      const of = await environment();
      const variables = await ask(() => of.variables.list());
      return Object.fromEntries(variables.map(({ key, value }) => [key, value]));
    }),
    services,
    webhooks,
    /** Whether there is a Conversations service of that SID. */
    isService: async (sid: string) => isServiceSid(sid) && (await webhooks(sid)) !== undefined,
    goneFunctions: () => findGoneFunctions(twilio, retries),
    /** @throws Problem if nothing is deployed */
    plans,
    /** What Twilio calls; if the webhooks cannot be read, what is deployed. @throws Problem if nothing is deployed */
    functionUrls: async (): Promise<FunctionUrls> => {
      const { domain } = await deployment();
      const read = await plans().catch(() => undefined);
      if (read) return calledUrls(read);
      return { pre: [urlOf(domain, PRE_EVENT_PATH)], post: [urlOf(domain, POST_EVENT_PATH)] };
    },
    retryCounts: oncePer((serviceSid: string) => readRetryCounts(twilio, serviceSid, retries)),
  };
}

/** Asks once, and remembers the answer. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** Asks once for each key. */
function oncePer<K, T>(ask: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const answers = new Map<K, Promise<T>>();
  return (key) => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    return answer;
  };
}
