import {
  CONVERSATION_ATTRIBUTES_MAX_BYTES,
  FRIENDLY_NAME_MAX_LENGTH,
  PARTICIPANT_ATTRIBUTES_MAX_BYTES,
} from '../../twilio/limits';
import { type ApiAnswer, type ApiRequest, type Call, startFakeServer, twilioError } from '../fake-server';
import { refuseUnlessFrom } from './authentication';

/** A Conversation, as far as names and avatars go. */
export interface Conversation {
  sid: string;
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
  /** A worker's. */
  identity?: string;
}

/** What `startFakeConversations` gives. */
export type FakeConversations = Awaited<ReturnType<typeof startFakeConversations>>;

/** The account's default Conversations service, which a path may name or leave out. */
export const DEFAULT_SERVICE_SID = `IS${'0'.repeat(32)}`;
const HOST = 'conversations.twilio.com';
const PATH =
  /^\/v1(?:\/Services\/(IS\w+))?\/Conversations\/(CH\w+)(?:\/(Participants)(?:\/(MB\w+))?)?(?:\?.*)?$/;

/**
 * Serves conversations.twilio.com: fetches and updates Conversations and Participants, with Twilio's checks and error
 * bodies. Twilio's helper library talks to it unchanged in a process that is started with `env`.
 */
export async function startFakeConversations(
  accountSid: string,
  authToken: string,
  onCall?: (call: Call) => void,
) {
  const conversations = new Map<string, Conversation>();
  const participants = new Map<string, Participant>();
  /** The SIDs of conversations that are still being created. */
  const initializing = new Set<string>();

  function answer(request: ApiRequest): ApiAnswer {
    const refusal = refuseUnlessFrom({ accountSid, authToken }, request);
    if (refusal) return refusal;
    const { method, path, body } = request;
    const [, service = DEFAULT_SERVICE_SID, conversationSid = '', list, sid] = PATH.exec(path) ?? [];
    const isHere = (resource: { conversationSid?: string; chatServiceSid?: string } | undefined) =>
      resource && serviceOf(resource) === service;
    if (list && !sid) {
      const members = [...participants.values()].filter((one) => one.conversationSid === conversationSid);
      return listOf(members.filter(isHere).map(participantBody), path);
    }
    const participant = sid ? participants.get(sid) : undefined;
    const resource = sid ? participant : conversations.get(conversationSid);
    if (!resource || !isHere(resource) || (participant && participant.conversationSid !== conversationSid)) {
      return twilioError({ status: 404 });
    }
    const answered = () => ({
      status: 200,
      body: participant ? participantBody(participant) : conversationBody(resource as Conversation),
    });
    if (method === 'GET') return answered();
    if (initializing.has(conversationSid)) return twilioError({ status: 409, code: 50386 });
    const form = new URLSearchParams(body);
    const attributes = form.get('Attributes');
    const friendlyName = form.get('FriendlyName');
    const maxBytes = participant ? PARTICIPANT_ATTRIBUTES_MAX_BYTES : CONVERSATION_ATTRIBUTES_MAX_BYTES;
    const isTooLong = (friendlyName ?? '').length > FRIENDLY_NAME_MAX_LENGTH;
    if (isTooLong || (attributes !== null && !isAttributes(attributes, maxBytes))) {
      return twilioError({ status: 400, code: 20001 });
    }
    if (attributes !== null) resource.attributes = attributes;
    if (friendlyName !== null && !participant) (resource as Conversation).friendlyName = friendlyName;
    return answered();
  }

  const conversationBody = ({ sid, friendlyName, attributes, ...of }: Conversation) => ({
    account_sid: accountSid,
    chat_service_sid: serviceOf(of),
    sid,
    friendly_name: friendlyName ?? null,
    attributes,
    url: `https://${HOST}/v1/Conversations/${sid}`,
  });
  const participantBody = ({ sid, conversationSid, attributes, address, identity }: Participant) => ({
    account_sid: accountSid,
    conversation_sid: conversationSid,
    sid,
    identity: identity ?? null,
    attributes,
    messaging_binding: address ? { type: 'sms', address } : null,
    url: `https://${HOST}/v1/Conversations/${conversationSid}/Participants/${sid}`,
  });

  return Object.assign(await startFakeServer([HOST], answer, onCall), {
    initializing,
    conversation: (sid: string) => conversations.get(sid),
    addConversation: (conversation: Conversation) => conversations.set(conversation.sid, conversation),
    participant: (sid: string) => participants.get(sid),
    add: (participant: Participant) => participants.set(participant.sid, participant),
    remove: (sid: string) => participants.delete(sid),
  });
}

function listOf(list: object[], path: string): ApiAnswer {
  const url = `https://${HOST}${path}`;
  const meta = {
    key: 'participants',
    page: 0,
    page_size: 50,
    url,
    next_page_url: null,
    previous_page_url: null,
  };
  return { status: 200, body: { participants: list, meta } };
}

function serviceOf({ chatServiceSid = DEFAULT_SERVICE_SID }: { chatServiceSid?: string }): string {
  return chatServiceSid;
}

function isAttributes(json: string, maxBytes: number): boolean {
  try {
    JSON.parse(json);
    return Buffer.byteLength(json) <= maxBytes;
  } catch {
    return false;
  }
}
