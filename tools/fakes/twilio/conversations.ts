import { setTimeout } from 'node:timers/promises';
import {
  CONVERSATION_ATTRIBUTES_MAX_BYTES,
  FRIENDLY_NAME_MAX_LENGTH,
  PARTICIPANT_ATTRIBUTES_MAX_BYTES,
} from '../../twilio/limits';
import { type ApiAnswer, type ApiRequest, type Call, startFakeServer, twilioError } from '../fake-server';
import { refuseUnlessFrom } from './authentication';
import { CREATED, type Listed, listConversations, listParticipants, STATE } from './conversations-lists';

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

/** What `startFakeConversations` gives. */
export type FakeConversations = Awaited<ReturnType<typeof startFakeConversations>>;

/** The account's default Conversations service, which a path may name or leave out. */
export const DEFAULT_SERVICE_SID = `IS${'0'.repeat(32)}`;
const HOST = 'conversations.twilio.com';
const PATH = /^\/v1(?:\/Services\/(IS\w+))?\/Conversations(?:\/(CH\w+)(?:\/(Participants)(?:\/(MB\w+))?)?)?$/;
/** https://www.twilio.com/docs/api/errors/50377 */
const CLOSED = 50377;

/** What a conversation links to. */
const LINKS = ['participants', 'messages', 'webhooks', 'export'];

/**
 * Serves conversations.twilio.com: fetches, lists and updates Conversations and Participants, with Twilio's checks and error
 * bodies, and answers with all properties that Twilio describes:
 * https://github.com/twilio/twilio-oai/blob/main/spec/json/twilio_conversations_v1.json. Twilio's helper library talks to it
 * unchanged in a process that is started with `env`.
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

  const byConversation = new Map<string, Participant[]>();
  /** How long a call takes, in ms, and how many are taken at a time: https://www.twilio.com/docs/api/errors/20429 */
  const limits = { latencyMs: 0, atATime: Number.POSITIVE_INFINITY };
  let newestFirst: Conversation[] | undefined;
  let underWay = 0;

  async function answerInTime(request: ApiRequest): Promise<ApiAnswer> {
    const headers = { 'Twilio-Concurrent-Requests': String(underWay + 1) };
    if (underWay >= limits.atATime) return twilioError({ status: 429, headers });
    underWay++;
    if (limits.latencyMs > 0) await setTimeout(limits.latencyMs);
    underWay--;
    return answer(request);
  }

  function answer(request: ApiRequest): ApiAnswer {
    const refusal = refuseUnlessFrom({ accountSid, authToken }, request);
    if (refusal) return refusal;
    const { method, path, body } = request;
    const url = new URL(path, `https://${HOST}`);
    const [isKnown, service = DEFAULT_SERVICE_SID, conversationSid, list, sid] =
      PATH.exec(url.pathname) ?? [];
    const isHere = (resource: { chatServiceSid?: string } | undefined) =>
      resource && serviceOf(resource) === service;
    if (!isKnown) return twilioError({ status: 404 });
    if (!conversationSid) {
      if (method !== 'GET') return twilioError({ status: 404 });
      newestFirst ??= [...conversations.values()].sort((a, b) => (createdAt(a) < createdAt(b) ? 1 : -1));
      return listConversations(newestFirst.filter(isHere), url, conversationBody);
    }
    const members = byConversation.get(conversationSid) ?? [];
    if (list && !sid) {
      if (members.length === 0 && !conversations.has(conversationSid)) return twilioError({ status: 404 });
      return listParticipants(members.filter(isHere), url, participantBody);
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
    // That participants of a closed conversation cannot be updated either is not documented.
    if (conversations.get(conversationSid)?.state === 'closed')
      return twilioError({ status: 400, code: CLOSED });
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

  const conversationBody = ({ sid, friendlyName, attributes, state, ...of }: Conversation) => ({
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
  });
  const participantBody = ({ sid, conversationSid, attributes, identity, ...binding }: Participant) => ({
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
  });

  return Object.assign(await startFakeServer([HOST], answerInTime, onCall), {
    initializing,
    limits,
    conversation: (sid: string) => conversations.get(sid),
    addConversation(conversation: Conversation) {
      conversations.set(conversation.sid, conversation);
      newestFirst = undefined;
    },
    participant: (sid: string) => participants.get(sid),
    add(participant: Participant) {
      const { sid, conversationSid } = participant;
      const others = (byConversation.get(conversationSid) ?? []).filter((one) => one.sid !== sid);
      participants.set(sid, participant);
      byConversation.set(conversationSid, [...others, participant]);
    },
    /** Removes a conversation, or a participant. */
    remove(sid: string) {
      conversations.delete(sid);
      newestFirst = undefined;
      const removed = sid.startsWith('CH') ? (byConversation.get(sid) ?? []) : [participants.get(sid)];
      for (const one of removed) {
        if (!one) continue;
        participants.delete(one.sid);
        const { conversationSid } = one;
        const others = byConversation.get(conversationSid) ?? [];
        byConversation.set(
          conversationSid,
          others.filter((other) => other !== one),
        );
      }
    },
    /** Whatever is there. */
    all: () => ({ conversations: [...conversations.values()], participants: [...participants.values()] }),
  });
}

function createdAt({ dateCreated = CREATED }: Pick<Conversation, 'dateCreated'>): string {
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
