import type {
  Context,
  EnvironmentVariables,
  ServerlessEventObject,
  ServerlessFunctionSignature,
} from '@twilio-labs/serverless-runtime-types/types';
import type { Address } from '../assets/address.private';

/** What Twilio sends: https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd */
export type OnConversationAddEvent = ServerlessEventObject<{
  EventType?: string;
  FriendlyName?: string;
  /** JSON */
  Attributes?: string;
  /** The customer; in group MMS all members but the author, separated by commas. */
  'MessagingBinding.Address'?: string;
  /** In group MMS only: the member who wrote. */
  'MessagingBinding.AuthorAddress'?: string;
  /** Twilio's own number. */
  'MessagingBinding.ProxyAddress'?: string;
  /** Twilio's own number in group MMS. */
  'MessagingBinding.ProjectedAddress'?: string;
  /** By e-mail, the name of the sender, if Twilio sends one. */
  'MessagingBinding.Name'?: string;
}>;

/** What the answer sets on the Conversation. What is left out stays as it is. */
export interface ConversationProperties {
  friendly_name?: string;
  /** JSON */
  attributes?: string;
}

type Crm = typeof import('../assets/crm.private');

/** https://www.twilio.com/docs/conversations/conversations-limits */
const GROUP_MMS_MAX_PARTICIPANTS = 10;
/** How many members of a group are looked up at once: more would run into the limits of a CRM. */
const LOOK_UPS_AT_ONCE = 3;

/**
 * Pre-Event URL: names a conversation that is about to be created after the customer who writes.
 *
 * Twilio rejects the conversation, and the customer's message with it, on any answer but 200. So whatever fails,
 * the answer is 200, and at worst the conversation goes by the customer's number.
 * https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd
 */
export const handler: ServerlessFunctionSignature<EnvironmentVariables, OnConversationAddEvent> = async (
  context,
  event,
  callback,
) => {
  let properties: ConversationProperties = {};
  try {
    properties = await nameConversation(context, event);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    console.error('onConversationAdd: the conversation is created as it is.', reason);
  }
  callback(null, properties);
};

async function nameConversation(
  context: Context<EnvironmentVariables>,
  event: OnConversationAddEvent,
): Promise<ConversationProperties> {
  const startedAt = performance.now();
  const crm: Crm = require(Runtime.getAssets()['/crm.js']?.path ?? '/crm.js');
  const log = crm.eventLog('onConversationAdd', context, startedAt);

  if (event.EventType !== 'onConversationAdd') {
    log.wrongEvent(event.EventType);
    return {};
  }
  const addresses = membersOf(event, crm);
  if (addresses.length === 0) {
    log.info('no address');
    return {};
  }

  const proxyAddress = event['MessagingBinding.ProxyAddress'] || event['MessagingBinding.ProjectedAddress'];
  let failure: Error | undefined;
  const customers = await inTurns(addresses, (address) =>
    crm.findCustomer(address, context, { startedAt, proxyAddress, isAwaited: true }).catch((error: Error) => {
      failure = error;
      return undefined;
    }),
  );
  if (failure) log.error(`CRM failed (${failure.message})`, addresses, customers);
  else log.info(customers.some(Boolean) ? 'known' : 'unknown', addresses, customers);

  const changes = crm.conversationChanges(
    { friendlyName: event.FriendlyName, attributes: event.Attributes },
    {
      members: addresses.map((address, i) => ({ address, customer: customers[i] })),
      isGroup: isGroup(event),
      // If the CRM failed, the address stays, so that on-participant-added can tell that a name is missing.
      authorName: failure ? undefined : senderNameOf(event, addresses, crm),
    },
  );
  const properties: ConversationProperties = {};
  if (changes?.friendlyName) properties.friendly_name = changes.friendlyName;
  if (changes?.attributes) properties.attributes = changes.attributes;
  return properties;
}

/** Does something with each item, a few at a time. */
async function inTurns<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = [...items.entries()];
  const takeTurns = async () => {
    for (let next = rest.shift(); next; next = rest.shift()) results[next[0]] = await act(next[1]);
  };
  await Promise.all(Array.from({ length: LOOK_UPS_AT_ONCE }, takeTurns));
  return results;
}

function isGroup(event: OnConversationAddEvent): boolean {
  const { 'MessagingBinding.AuthorAddress': author, 'MessagingBinding.Address': address } = event;
  return Boolean(author) || String(address).includes(',');
}

/** The name that an e-mail's sender goes by. */
function senderNameOf(event: OnConversationAddEvent, [author]: Address[], crm: Crm): string | undefined {
  return author?.channel === 'email' ? crm.cleanName(event['MessagingBinding.Name']) : undefined;
}

/** Who takes part: the customer; in group MMS all members, the author first, without Twilio's own number. */
function membersOf(event: OnConversationAddEvent, crm: Crm): Address[] {
  const address = event['MessagingBinding.Address'];
  const author = event['MessagingBinding.AuthorAddress'];
  const others = isGroup(event) && typeof address === 'string' ? address.split(',') : [address];
  const fields = [author, ...others];
  const own = [event['MessagingBinding.ProxyAddress'], event['MessagingBinding.ProjectedAddress']].map(
    (field) => crm.parseAddress(field)?.key,
  );
  const members = new Map<string, Address>();
  for (const member of fields.map(crm.parseAddress)) {
    if (member && !own.includes(member.key)) members.set(member.key, member);
  }
  return [...members.values()].slice(0, GROUP_MMS_MAX_PARTICIPANTS);
}
