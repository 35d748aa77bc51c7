import { PARTICIPANT_ATTRIBUTES_MAX_BYTES } from '../../twilio/limits';
import { type ApiRequest, type Call, startFakeServer, twilioError } from '../fake-server';
import { refuseUnlessFrom } from './authentication';

/** A Participant, as far as an update touches it. */
export interface Participant {
  sid: string;
  conversationSid: string;
  /** The Conversations service, unless it is the account's default one. */
  chatServiceSid?: string;
  /** JSON */
  attributes: string;
}

/** What `startFakeConversations` gives. */
export type FakeConversations = Awaited<ReturnType<typeof startFakeConversations>>;

/** The account's default Conversations service, which a path may name or leave out. */
export const DEFAULT_SERVICE_SID = `IS${'0'.repeat(32)}`;
const HOST = 'conversations.twilio.com';
const PATH = /^\/v1(?:\/Services\/(IS\w+))?\/Conversations\/(CH\w+)\/Participants\/(MB\w+)$/;

/**
 * Serves conversations.twilio.com: fetches and updates Participants, with Twilio's checks and error bodies.
 * Twilio's helper library talks to it unchanged in a process that is started with `env`.
 */
export async function startFakeConversations(
  accountSid: string,
  authToken: string,
  onCall?: (call: Call) => void,
) {
  const participants = new Map<string, Participant>();
  /** The SIDs of conversations that are still being created. */
  const initializing = new Set<string>();

  function answer(request: ApiRequest) {
    const refusal = refuseUnlessFrom({ accountSid, authToken }, request);
    if (refusal) return refusal;
    const { method, path, body } = request;
    const [, service = DEFAULT_SERVICE_SID, conversation, sid = ''] = PATH.exec(path) ?? [];
    const participant = participants.get(sid);
    if (!participant || participant.conversationSid !== conversation || serviceOf(participant) !== service) {
      return twilioError({ status: 404 });
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
    if (initializing.has(conversationSid)) return twilioError({ status: 409, code: 50386 });
    const attributes = new URLSearchParams(body).get('Attributes');
    if (attributes === null || !isAttributes(attributes)) return twilioError({ status: 400, code: 20001 });
    participant.attributes = attributes;
    return answered();
  }

  return Object.assign(await startFakeServer([HOST], answer, onCall), {
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
    return Buffer.byteLength(json) <= PARTICIPANT_ATTRIBUTES_MAX_BYTES;
  } catch {
    return false;
  }
}
