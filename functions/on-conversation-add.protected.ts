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
    console.error('onConversationAdd: the conversation is created as it is.', (error as Error).message);
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
  const members = membersOf(event, crm);
  if (members.length === 0) {
    log.info('no address');
    return {};
  }

  const proxyAddress = event['MessagingBinding.ProxyAddress'] ?? event['MessagingBinding.ProjectedAddress'];
  const lookUps = await Promise.allSettled(
    members.map((member) => crm.findCustomer(member, context, { startedAt, proxyAddress })),
  );
  const customers = lookUps.map((lookUp) => (lookUp.status === 'fulfilled' ? lookUp.value : undefined));
  const failure = lookUps.find((lookUp) => lookUp.status === 'rejected');
  const masked = members.map(crm.maskAddress);
  if (failure) log.error(`CRM failed (${failure.reason.message})`, masked, customers);
  else log.info(customers.some(Boolean) ? 'known' : 'unknown', masked, customers);

  const properties: ConversationProperties = {};
  if (!hasChosenName(event, members, crm))
    properties.friendly_name = crm.conversationName(members, customers);
  const [customer] = isGroup(event) ? [] : customers;
  const attributes = customer && crm.conversationAttributes(event.Attributes, customer);
  if (attributes) properties.attributes = attributes;
  return properties;
}

/** Whether somebody gave the conversation its name: an address is the name that Twilio gives. */
function hasChosenName({ FriendlyName }: OnConversationAddEvent, members: Address[], crm: Crm): boolean {
  return typeof FriendlyName === 'string' && !crm.isListOfAddresses(FriendlyName, members);
}

function isGroup(event: OnConversationAddEvent): boolean {
  return Boolean(event['MessagingBinding.AuthorAddress']);
}

/** Who takes part: the customer; in group MMS all members, the author first, without Twilio's own number. */
function membersOf(event: OnConversationAddEvent, crm: Crm): Address[] {
  const address = event['MessagingBinding.Address'];
  const author = event['MessagingBinding.AuthorAddress'];
  const fields = isGroup(event) && typeof address === 'string' ? [author, ...address.split(',')] : [address];
  const own = [event['MessagingBinding.ProxyAddress'], event['MessagingBinding.ProjectedAddress']].map(
    (field) => crm.parseAddress(field)?.key,
  );
  const members = new Map<string, Address>();
  for (const member of fields.map(crm.parseAddress)) {
    if (member && !own.includes(member.key)) members.set(member.key, member);
  }
  return [...members.values()].slice(0, GROUP_MMS_MAX_PARTICIPANTS);
}
