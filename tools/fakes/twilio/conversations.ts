import { type ApiRequest, apiError, type Call, startStandIn } from '../fake-server';

/** A Participant, as far as an update touches it. */
export interface Participant {
  sid: string;
  conversationSid: string;
  /** The Conversations service, where it is not the account's default one. */
  chatServiceSid?: string;
  /** JSON */
  attributes: string;
}

/** What `startConversationsApi` gives. */
export type ConversationsApi = Awaited<ReturnType<typeof startConversationsApi>>;

/** https://www.twilio.com/docs/conversations/conversations-limits */
const ATTRIBUTES_MAX_BYTES = 4 * 1024;
/** The account's default Conversations service, which a path may name or leave out. */
export const DEFAULT_SERVICE_SID = `IS${'0'.repeat(32)}`;
const HOST = 'conversations.twilio.com';
const PATH = /^\/v1(?:\/Services\/(IS\w+))?\/Conversations\/(CH\w+)\/Participants\/(MB\w+)$/;

/**
 * Stands in for conversations.twilio.com: fetches and updates Participants, with Twilio's checks and error bodies, over TLS.
 * Twilio's helper library talks to it unchanged in a process that is started with `env`.
 */
export async function startConversationsApi(
  accountSid: string,
  authToken: string,
  onCall?: (call: Call) => void,
) {
  const participants = new Map<string, Participant>();
  /** The SIDs of conversations that are still being created. */
  const initializing = new Set<string>();

  function answer({ method, path, headers, body }: ApiRequest) {
    const [, service = DEFAULT_SERVICE_SID, conversation, sid = ''] = PATH.exec(path) ?? [];
    const participant = participants.get(sid);
    if (headers.authorization !== `Basic ${btoa(`${accountSid}:${authToken}`)}`) {
      return apiError({ status: 401, code: 20003 });
    }
    if (!participant || participant.conversationSid !== conversation || serviceOf(participant) !== service) {
      return apiError({ status: 404 });
    }
    const { conversationSid } = participant;
    const url = `https://${HOST}${path}`;
    const answered = () => ({
      status: 200,
      body: {
        account_sid: accountSid,
        conversation_sid: conversationSid,
        sid,
        attributes: participant.attributes,
        url,
      },
    });
    if (method === 'GET') return answered();
    if (initializing.has(conversationSid)) return apiError({ status: 409, code: 50386 });
    const attributes = new URLSearchParams(body).get('Attributes');
    if (attributes === null || !isAttributes(attributes)) return apiError({ status: 400, code: 20001 });
    participant.attributes = attributes;
    return answered();
  }

  return Object.assign(await startStandIn([HOST], answer, onCall), {
    initializing,
    participant: (sid: string) => participants.get(sid),
    add: (participant: Participant) => participants.set(participant.sid, participant),
  });
}

function serviceOf({ chatServiceSid = DEFAULT_SERVICE_SID }: Participant): string {
  return chatServiceSid;
}

function isAttributes(json: string): boolean {
  try {
    JSON.parse(json);
    return Buffer.byteLength(json) <= ATTRIBUTES_MAX_BYTES;
  } catch {
    return false;
  }
}
