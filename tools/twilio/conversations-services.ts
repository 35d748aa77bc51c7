import type { Twilio } from 'twilio';
import { Problem } from '../problem';
import { described } from './errors';
import { type Retries, withRetries } from './retries';
import { SERVICE_SID } from './sids';
import type { Scope } from './webhooks';

export type ServiceSid = Exclude<Scope, 'account'>;

/** Whether it is written as the SID of a Conversations service is. */
export function isServiceSid(sid: string): sid is ServiceSid {
  return SERVICE_SID.test(sid);
}

/** An address that creates conversations when somebody writes to it. */
export interface InboundAddress {
  /** sms, whatsapp, … */
  type: string;
  /** Such as `+14155550100` or `whatsapp:+14155550100`. */
  address: string;
  /** Whether messages to it create conversations. */
  isOn: boolean;
  serviceSid: ServiceSid;
}

/** Where conversations come to be. */
export interface ConversationsServices {
  defaultSid: ServiceSid;
  addresses: InboundAddress[];
  /** The services in which addresses create conversations. */
  creatingIn: ServiceSid[];
  /** The default service, and those. */
  all: ServiceSid[];
}

/** Of address configurations: https://www.twilio.com/docs/conversations/api/address-configuration-resource */
const PAGE_SIZE = 50;

/**
 * Reads which Conversations services have inbound conversations.
 *
 * @throws TwilioError if Twilio does not answer, Problem if the account has no default service
 */
export async function readServices(
  { conversations: { v1 } }: Twilio,
  retries: Retries,
): Promise<ConversationsServices> {
  const [configuration, configured] = await Promise.all([
    withRetries(async () => described(await v1.configuration().fetch(), 'accountSid'), retries),
    withRetries(() => v1.addressConfigurations.list({ pageSize: PAGE_SIZE }), retries),
  ]);
  if (!configuration.defaultChatServiceSid) {
    throw new Problem(
      'The account has no default Conversations service: choose one in the Console, under Conversations > Manage > Defaults',
    );
  }
  const defaultSid = configuration.defaultChatServiceSid as ServiceSid;
  const addresses = configured.map(({ type, address, autoCreation }): InboundAddress => {
    const { enabled, conversation_service_sid } = Object(autoCreation) as Record<string, unknown>;
    return {
      type,
      address,
      isOn: enabled === true,
      serviceSid: (conversation_service_sid || defaultSid) as ServiceSid,
    };
  });
  const creatingIn = [...new Set(addresses.filter(({ isOn }) => isOn).map(({ serviceSid }) => serviceSid))];
  return { defaultSid, addresses, creatingIn, all: [...new Set([defaultSid, ...creatingIn])] };
}
