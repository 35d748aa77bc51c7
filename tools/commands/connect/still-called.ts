import type { Twilio } from 'twilio';
import { readServices } from '../../twilio/conversations-services';
import { allDeployments } from '../../twilio/deployment';
import type { Retries } from '../../twilio/retries';
import { findWebhooks, type Scope, type Webhooks } from '../../twilio/webhooks';
import { isOurs, POST_EVENT_PATH, PRE_EVENT_PATH } from './function-urls';
import { nameOf } from './plan-webhooks';

/**
 * Names the webhooks that call Functions of this account, on whichever domain.
 *
 * @param scopes where to look, beside the account and the services that have inbound conversations
 * @throws TwilioError if Twilio does not answer, Problem if the account has no default service
 */
export async function stillCalledBy(twilio: Twilio, scopes: Scope[], retries: Retries): Promise<string[]> {
  const set = await readEverywhere(twilio, scopes, retries);
  const deployed = (await allDeployments(twilio, retries)).map(({ domain }) => domain);
  return set.filter(({ webhooks }) => isCallingAny(webhooks, deployed)).map(({ scope }) => nameOf(scope));
}

/**
 * Reads the webhooks of the account, and of the services that have inbound conversations.
 *
 * @param scopes where to look beside these; what is gone is left out
 * @throws TwilioError if Twilio does not answer, Problem if the account has no default service
 */
export async function readEverywhere(twilio: Twilio, scopes: Scope[], retries: Retries) {
  const { all } = await readServices(twilio, retries);
  const read = async (scope: Scope) => {
    const webhooks = await findWebhooks(twilio, scope, retries);
    return webhooks ? [{ scope, webhooks }] : [];
  };
  const everywhere = [...new Set<Scope>(['account', ...all, ...scopes])];
  return (await Promise.all(everywhere.map(read))).flat();
}

export function describeCalls(callers: string[], isMoreToUndo: boolean): string {
  const fix = isMoreToUndo
    ? 'Run npm run connect -- --undo again'
    : 'Set them to something else in the Console, under Conversations > Manage';
  return `The Functions are still called by the ${callers.join(', ')}. ${fix}: do not delete the Functions yet.`;
}

function isCallingAny({ preWebhookUrl, postWebhookUrl }: Webhooks, domains: string[]): boolean {
  return isOurs(preWebhookUrl, PRE_EVENT_PATH, domains) || isOurs(postWebhookUrl, POST_EVENT_PATH, domains);
}
