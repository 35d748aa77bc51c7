import { setTimeout } from 'node:timers/promises';
import {
  CONVERSATION_ATTRIBUTES_MAX_BYTES,
  FRIENDLY_NAME_MAX_LENGTH,
  PARTICIPANT_ATTRIBUTES_MAX_BYTES,
} from '../../twilio/limits';
import { type ApiAnswer, type ApiRequest, type Call, startFakeServer, twilioError } from '../fake-server';
import { refuseUnlessFrom } from './authentication';
import { listConversations, listParticipants } from './conversations-lists';
import {
  type Conversation,
  createdAt,
  DEFAULT_SERVICE_SID,
  HOST,
  type Participant,
  resourceBodies,
  serviceOf,
} from './conversations-resources';

/** What `startFakeConversations` gives. */
export type FakeConversations = Awaited<ReturnType<typeof startFakeConversations>>;

const PATH = /^\/v1(?:\/Services\/(IS\w+))?\/Conversations(?:\/(CH\w+)(?:\/(Participants)(?:\/(MB\w+))?)?)?$/;
/** https://www.twilio.com/docs/api/errors/50377 */
const CLOSED = 50377;

/**
 * Serves conversations.twilio.com: fetches, lists and updates Conversations and Participants, with Twilio's checks and error
 * bodies. Twilio's helper library talks to it unchanged in a process that is started with `env`.
 */
export async function startFakeConversations(
  accountSid: string,
  authToken: string,
  onCall?: (call: Call) => void,
) {
  const { conversationBody, participantBody } = resourceBodies(accountSid);
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

function isAttributes(json: string, maxBytes: number): boolean {
  try {
    JSON.parse(json);
    return Buffer.byteLength(json) <= maxBytes;
  } catch {
    return false;
  }
}
