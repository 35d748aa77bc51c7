import { type ApiRequest, startFakeServer, twilioError } from '../fake-server';
import { type Credentials, refuseUnlessFrom } from './authentication';
import { answerChatService, CHAT_HOST, type RetryCounts } from './chat-services';
import {
  answerConfiguration,
  CONVERSATIONS_HOST,
  type ConversationsConfiguration,
} from './conversations-configuration';
import { answerDomain } from './deployed-domain';
import { type Alert, answerAlerts, MONITOR_HOST } from './monitor-alerts';
import { answerAsDescribed } from './openapi';
import { answerServerless, DOMAIN, nothingDeployed, SERVERLESS_HOSTS } from './serverless';

const API_HOST = 'api.twilio.com';

/** What `startFakeAccount` gives. */
export type FakeAccount = Awaited<ReturnType<typeof startFakeAccount>>;

/** What an account has. */
export type AccountState = ReturnType<typeof newAccount>;

/** The default Conversations service of the account, and another one. */
export const SERVICES = [`IS${'a'.repeat(32)}`, `IS${'b'.repeat(32)}`] as const;

/** An account as it is before anything is deployed or configured. */
export function newAccount() {
  return {
    status: 'active' as 'active' | 'suspended' | 'closed',
    deployed: nothingDeployed(),
    /** The domains that answer, and where the Functions behind them are served. */
    domains: {} as Record<string, string>,
    configuration: {
      services: [...SERVICES],
      defaultService: SERVICES[0],
      webhooks: {
        account: {
          method: 'POST',
          target: 'webhook',
          filters: [],
          preWebhookUrl: null,
          postWebhookUrl: null,
        },
      },
      addresses: [],
      conversations: [],
      canBeEmptied: true,
    } as ConversationsConfiguration,
    /** Chat services by SID; `undefined` if that API is no more. */
    retryCounts: new Map<string, RetryCounts>(SERVICES.map((sid) => [sid, { pre: 0, post: 0 }])),
    alerts: [] as Alert[],
  };
}

/** Serves what `connect` and `doctor` ask: a Twilio account with its APIs, and the domains of its Functions. */
export async function startFakeAccount(account: Credentials, domains: string[] = [DOMAIN]) {
  let state = newAccount();
  const answerApi = (request: ApiRequest) => {
    const { host } = request;
    if (host === API_HOST) {
      return {
        status: 200,
        body: { sid: account.accountSid, status: state.status, auth_token: account.authToken },
      };
    }
    if (host === CONVERSATIONS_HOST) {
      return answerConfiguration(request, account.accountSid, state.configuration);
    }
    if (host === CHAT_HOST) return answerChatService(request, state.retryCounts);
    if (host === MONITOR_HOST) return answerAlerts(state.alerts);
    return answerServerless(request, state.deployed);
  };
  const server = await startFakeServer(
    [API_HOST, CONVERSATIONS_HOST, CHAT_HOST, MONITOR_HOST, ...SERVERLESS_HOSTS, ...domains],
    (request) => {
      if (domains.includes(request.host)) {
        const functionsUrl = state.domains[request.host];
        return functionsUrl
          ? answerDomain(request, account.authToken, functionsUrl)
          : twilioError({ status: 404 });
      }
      return refuseUnlessFrom(account, request) ?? answerAsDescribed(request, answerApi);
    },
  );
  return Object.assign(server, {
    /** What the account has now. */
    state: () => state,
    /** From now on, it has this. */
    reset(changed: AccountState = newAccount()) {
      state = changed;
      Object.assign(server, { calls: [], faults: [], fault: undefined, faultOf: undefined });
    },
  });
}
