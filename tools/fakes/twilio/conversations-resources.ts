import { CREATED, type Listed, STATE } from './conversations-lists';

/** A Conversation, as far as names and avatars go. */
export interface Conversation extends Listed {
  /** The Conversations service, unless it is the account's default one. */
  chatServiceSid?: string;
  friendlyName?: string | null;
  /** JSON */
  attributes: string;
}

/** A Participant, as far as links to customers go. */
export interface Participant {
  sid: string;
  conversationSid: string;
  /** The Conversations service, unless it is the account's default one. */
  chatServiceSid?: string;
  /** JSON */
  attributes: string;
  /** A customer's. */
  address?: string;
  /** Twilio's number that the customer wrote to; a member of a group MMS has none. */
  proxyAddress?: string;
  /** Twilio's number in group MMS: a worker's. */
  projectedAddress?: string;
  /** A worker's. */
  identity?: string;
}

/** The account's default Conversations service, which a path may name or leave out. */
export const DEFAULT_SERVICE_SID = `IS${'0'.repeat(32)}`;
export const HOST = 'conversations.twilio.com';
/** What a conversation links to. */
const LINKS = ['participants', 'messages', 'webhooks', 'export'];

/**
 * Conversations and Participants of an account as Twilio answers them, with all properties that it describes:
 * https://github.com/twilio/twilio-oai/blob/main/spec/json/twilio_conversations_v1.json
 */
export function resourceBodies(accountSid: string) {
  return {
    conversationBody: ({ sid, friendlyName, attributes, state, ...of }: Conversation) => ({
      account_sid: accountSid,
      chat_service_sid: serviceOf(of),
      messaging_service_sid: null,
      sid,
      friendly_name: friendlyName ?? null,
      unique_name: null,
      attributes,
      state: state ?? STATE,
      date_created: createdAt(of),
      date_updated: createdAt(of),
      timers: {},
      bindings: {},
      url: `https://${HOST}/v1/Conversations/${sid}`,
      links: Object.fromEntries(
        LINKS.map((name) => [
          name,
          `https://${HOST}/v1/Conversations/${sid}/${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        ]),
      ),
    }),
    participantBody: ({ sid, conversationSid, attributes, identity, ...binding }: Participant) => ({
      account_sid: accountSid,
      conversation_sid: conversationSid,
      sid,
      identity: identity ?? null,
      attributes,
      messaging_binding: bindingOf(binding),
      role_sid: null,
      date_created: CREATED,
      date_updated: CREATED,
      last_read_message_index: null,
      last_read_timestamp: null,
      url: `https://${HOST}/v1/Conversations/${conversationSid}/Participants/${sid}`,
    }),
  };
}

export function createdAt({ dateCreated = CREATED }: Pick<Conversation, 'dateCreated'>): string {
  return dateCreated;
}

/** https://www.twilio.com/docs/conversations/api/conversation-participant-resource#participant-properties */
function bindingOf({ address, proxyAddress, projectedAddress }: Partial<Participant>) {
  const [, type = 'sms'] = /^([a-z]+):/.exec(address ?? '') ?? [];
  const binding = {
    ...(address && { type, address }),
    ...(proxyAddress && { proxy_address: proxyAddress }),
    ...(projectedAddress && { type: 'sms', projected_address: projectedAddress }),
  };
  return Object.keys(binding).length > 0 ? binding : null;
}

export function serviceOf({ chatServiceSid = DEFAULT_SERVICE_SID }: { chatServiceSid?: string }): string {
  return chatServiceSid;
}
