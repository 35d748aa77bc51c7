import { setTimeout } from 'node:timers/promises';
import type { FakeConversations } from '../../fakes/twilio/conversations';
import { numberOf } from '../bench/customers';

/** Sends an event to one of the Functions. */
export type Send = (
  path: string,
  event: Record<string, string>,
) => Promise<{ status: number; body?: unknown }>;

/** What became of a conversation that a customer began. */
export interface Outcome {
  /** Which of the customers. */
  customer: number;
  /** When it began, in ms after the first one. */
  at: number;
  /** Twilio rejected it: the message is lost. */
  isLost: boolean;
  /** How long the pre-event was waited for when it was answered 200, without the attempts before. */
  namingMs: number;
  /** Whether the answer to the pre-event had the customer's name, and the first post-event linked them. */
  wasNamed: boolean;
  wasLinked: boolean;
  /** Whether it has a name, and its participant a customer, after everything was sent again that Twilio sends again. */
  isNamed: boolean;
  isLinked: boolean;
}

/** Twilio waits as long: https://www.twilio.com/docs/conversations/conversations-webhooks */
const ANSWER_WITHIN_MS = 5000;
/** The answers after which it sends again: PreWebhookRetryCount, https://www.twilio.com/docs/chat/rest/service-resource */
const SENT_AGAIN = [0, 429, 503, 504];
/** How long Twilio pauses before it sends again is not documented. */
const PAUSE_MS = 1000;
const TWILIO_NUMBER = '+14155550100';

/** Whether the conversation of a customer, who is not lost, has a name by now, and the participant a customer. */
export function stateOf(api: FakeConversations, customer: number) {
  const [conversation, participant] = sidsOf(customer);
  return {
    isNamed: api.conversation(conversation)?.friendlyName !== numberOf(customer),
    isLinked: 'customer_id' in JSON.parse(api.participant(participant)?.attributes ?? '{}'),
  };
}

function sidsOf(customer: number): [conversation: string, participant: string] {
  const digits = String(customer).padStart(32, '0');
  return [`CH${digits}`, `MB${digits}`];
}

export interface Load {
  count: number;
  overMs: number;
  /** How often Twilio sends each webhook again. */
  retries: number;
  /** How long it pauses before that, in ms. */
  pauseMs?: number;
  /** Is told of each conversation when all is done. */
  onOutcome?: (outcome: Outcome) => void;
  /** Ends it. */
  signal?: AbortSignal;
}

/**
 * Has so many customers begin a conversation, evenly over the time, whether those before were answered or not.
 *
 * @throws AbortError when it is ended
 */
export async function writeToWorkers(
  send: Send,
  api: FakeConversations,
  { count, overMs, retries, pauseMs = PAUSE_MS, onOutcome, signal }: Load,
): Promise<Outcome[]> {
  const startedAt = performance.now();

  async function sendWithRetries(path: string, event: Record<string, string>) {
    let first: number | undefined;
    for (let retry = 0; ; retry++) {
      const sentAt = performance.now();
      const tooLate = setTimeout(ANSWER_WITHIN_MS, { status: 0, body: undefined }, { ref: false });
      const { status, body } = await Promise.race([
        send(path, { ...event, RetryCount: String(retry) }),
        tooLate,
      ]);
      first ??= status;
      if (retry >= retries || !SENT_AGAIN.includes(status)) {
        return { status, body, first, ms: performance.now() - sentAt };
      }
      await setTimeout(pauseMs, undefined, { signal });
    }
  }

  async function write(i: number): Promise<Outcome> {
    const at = (i * overMs) / count;
    await setTimeout(Math.max(0, startedAt + at - performance.now()), undefined, { signal });
    const number = numberOf(i);
    const binding = { 'MessagingBinding.Address': number, 'MessagingBinding.ProxyAddress': TWILIO_NUMBER };
    const naming = await sendWithRetries('/on-conversation-add', {
      EventType: 'onConversationAdd',
      Attributes: '{}',
      MessageBody: 'Hello',
      ...binding,
    });
    const lost = { customer: i, at, isLost: true, namingMs: naming.ms };
    const not = { wasNamed: false, wasLinked: false, isNamed: false, isLinked: false };
    // Without an answer in time, Twilio creates the conversation as it is.
    if (naming.status >= 400) return { ...lost, ...not };
    const friendlyName = String(Object(naming.body).friendly_name ?? number);
    const [conversation, participant] = sidsOf(i);
    api.addConversation({ sid: conversation, friendlyName, attributes: '{}' });
    api.add({
      sid: participant,
      conversationSid: conversation,
      attributes: '{}',
      address: number,
      proxyAddress: TWILIO_NUMBER,
    });
    const linking = await sendWithRetries('/on-participant-added', {
      EventType: 'onParticipantAdded',
      DateCreated: new Date().toISOString(),
      Attributes: '{}',
      ConversationSid: conversation,
      ParticipantSid: participant,
      ...binding,
    });
    const state = stateOf(api, i);
    return {
      ...lost,
      isLost: false,
      wasNamed: friendlyName !== number,
      wasLinked: linking.first === 200 && state.isLinked,
      ...state,
    };
  }

  const writeAndTell = async (i: number) => {
    const outcome = await write(i);
    onOutcome?.(outcome);
    return outcome;
  };
  return Promise.all(Array.from({ length: count }, (_, i) => writeAndTell(i)));
}
