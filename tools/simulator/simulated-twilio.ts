import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Call } from '../fakes/fake-server';
import type { FakeConversations } from '../fakes/twilio/conversations';
import type { Conversation, Exchange, Message, Report, SimulatedMessage } from './conversation';
import { explainPreEvent, explainWrongEvent, isRejected } from './explain';
import { explainCall, explainPostEvent, isSentAgain, titleOfCall } from './explain-post-event';
import { apiFaults, type SwitchId } from './switches';
import { Traffic } from './traffic';
import {
  conversationAdd,
  conversationAddByWorker,
  messageAdd,
  participantAdded,
  WORKER,
} from './webhook-events';
import { WebhookSender } from './webhook-sender';

/** How long Twilio takes, in milliseconds. Tests do not wait that long. */
export interface Durations {
  /** How long it waits for an answer: https://www.twilio.com/docs/conversations/conversations-webhooks */
  webhookTimeoutMs: number;
  /** About how long it takes to create a group. */
  initializingMs: number;
  /** The pause before it sends a webhook again; it doubles. Twilio does not say how long it is. */
  retryPauseMs: number;
  /** How long the report of a Function may come after its answer: it takes another way. */
  reportMs: number;
}

/** Is told what is new or has changed. */
export interface Listener {
  exchange(exchange: Exchange): void;
  conversation(conversation: Conversation): void;
}

const DURATIONS: Durations = {
  webhookTimeoutMs: 5000,
  initializingMs: 1200,
  retryPauseMs: 2000,
  reportMs: 500,
};
const RETRY_COUNT = 3;
const PRE_EVENT_PATH = '/on-conversation-add';
const POST_EVENT_PATH = '/on-participant-added';
/** More are not kept. */
const CONVERSATIONS_MAX = 1000;

/** The part of Twilio that is around the two Functions when a message comes in. */
export class SimulatedTwilio {
  /** The newest first. */
  conversations: Conversation[] = [];
  /** What is switched on. */
  readonly switches = new Set<SwitchId>();
  readonly traffic: Traffic;
  private readonly webhooks: WebhookSender;
  private readonly listener: Listener;
  private readonly durations: Durations;
  /** The conversations that are not closed, by the addresses of who takes part; also those that are being created. */
  private readonly open = new Map<string, Promise<Conversation | undefined>>();

  /** @param functionsUrl where the Functions are served */
  constructor(
    private readonly account: { sid: string; authToken: string },
    private readonly api: FakeConversations,
    functionsUrl: () => string,
    { listener, durations }: { listener?: Partial<Listener>; durations?: Partial<Durations> } = {},
  ) {
    this.listener = { exchange: () => undefined, conversation: () => undefined, ...listener };
    this.durations = { ...DURATIONS, ...durations };
    this.traffic = new Traffic((exchange) => this.listener.exchange(exchange));
    this.webhooks = new WebhookSender(account.authToken, this.traffic, functionsUrl, this.durations);
  }

  /**
   * Plays Twilio.
   *
   * @param isNew closes the conversation that the message would join, so that another one begins
   * @returns the conversation that the message is in, once all that it brings about has happened; `undefined` if it is lost
   */
  async receive({ from, text, others = [] }: Message, isNew = false): Promise<Conversation | undefined> {
    const on: ReadonlySet<SwitchId> = new Set(this.switches);
    Object.assign(this.api, apiFaults(on));
    const byWorker = on.has('worker');
    const key = [from, ...others].sort().join();
    if (isNew || byWorker) await this.close(key);
    const existing = this.open.get(key);
    const noted = this.traffic.note({
      direction: 'message',
      title: byWorker ? `To ${from}` : `From ${from}`,
      words: text,
      message: { from, text, others, isNew, switches: [...on] },
      joined: Boolean(existing),
    });
    const creating = existing ?? this.createConversation({ from, text, others }, noted, on);
    this.open.set(key, creating);
    const conversation = await creating;
    if (!conversation && this.open.get(key) === creating) this.open.delete(key);
    const message = { sid: newSid('IM'), author: byWorker ? WORKER : from, text, byWorker };
    const isAdded = conversation && (await this.mayAdd(conversation, message, noted, on));
    if (isAdded) {
      conversation.messages.push(message);
      this.listener.conversation(conversation);
      if (!existing) await this.addParticipants(conversation, [from, ...others], noted, on);
    }
    this.traffic.change(noted, { isDone: true, ...this.summaryOf(noted, Boolean(isAdded), on) });
    return isAdded ? conversation : undefined;
  }

  /** What is sent from now on waits until `goOn`. @returns when what was sent has been answered */
  hold = () => this.webhooks.hold();
  goOn = () => this.webhooks.goOn();
  /** Takes what a Function reports of an exchange. */
  takeReport = (exchangeId: string, report: Report) => this.webhooks.take(exchangeId, report);

  /** Forgets all that has been. */
  clear() {
    this.open.clear();
    this.conversations = [];
    this.traffic.clear();
  }

  /** Notes a call to the API, under the webhook that it belongs to. */
  noteCall(call: Call) {
    const of = this.traffic.exchanges.findLast(
      ({ fields: { ParticipantSid, ConversationSid }, answer }) =>
        ParticipantSid &&
        (call.path.includes(ParticipantSid) ||
          (!call.path.includes('/MB') && call.path.includes(ConversationSid ?? '') && !answer)),
    );
    this.traffic.note({
      direction: 'call',
      parent: of?.id,
      title: titleOfCall(call),
      method: call.method,
      to: call.path,
      fields: Object.fromEntries(new URLSearchParams(call.body)),
      answer: { status: call.outcome, headers: call.answer?.headers, body: call.answer?.body },
      ...explainCall(call),
    });
    const changed = this.conversations.find(({ sid }) => call.path.includes(sid));
    if (changed) this.listener.conversation(changed);
    if (of) this.calls.set(of.id, [...(this.calls.get(of.id) ?? []), call]);
  }

  /** The calls of webhooks that are being answered, by the exchange. */
  private readonly calls = new Map<string, Call[]>();

  /** A conversation that is closed lets a new one begin: https://www.twilio.com/docs/conversations/states-timers */
  private async close(key: string) {
    const conversation = await this.open.get(key);
    this.open.delete(key);
    if (!conversation) return;
    conversation.isClosed = true;
    this.listener.conversation(conversation);
  }

  private async createConversation(message: Message, parent: Exchange, on: ReadonlySet<SwitchId>) {
    const name = on.has('worker') ? 'A customer of mine' : undefined;
    const event = name
      ? conversationAddByWorker(this.account.sid, name)
      : conversationAdd(this.account.sid, message);
    const explain: Parameters<WebhookSender['send']>[0]['explain'] = (given, report) =>
      explainPreEvent(given, { address: name ? undefined : message.from, report });
    const answer = on.has('no-functions')
      ? { ms: 0 }
      : await this.webhooks.send({ path: PRE_EVENT_PATH, event, parent, on, explain });
    if (isRejected(answer)) return undefined;
    const { body } = answer as { body?: unknown };
    const { friendly_name = name, attributes = '{}' } = Object(body) as Record<string, string | undefined>;
    const conversation: Conversation = {
      sid: newSid('CH'),
      friendlyName: friendly_name,
      attributes,
      participants: [],
      messages: [],
      isClosed: false,
    };
    this.conversations.unshift(conversation);
    this.conversations.splice(CONVERSATIONS_MAX);
    this.api.addConversation(conversation);
    if (message.others?.length) {
      this.api.initializing.add(conversation.sid);
      const created = () => this.api.initializing.delete(conversation.sid);
      void setTimeout(this.durations.initializingMs).then(created);
    }
    return conversation;
  }

  /** Somebody ticked a filter too many. @returns whether Twilio adds the message all the same */
  private async mayAdd(
    { sid }: Conversation,
    message: SimulatedMessage,
    parent: Exchange,
    on: ReadonlySet<SwitchId>,
  ): Promise<boolean> {
    if (!on.has('wrong-filter') || on.has('no-functions')) return true;
    const event = messageAdd(this.account.sid, sid, message);
    const explain = explainWrongEvent;
    const { status = 200 } = await this.webhooks.send({ path: PRE_EVENT_PATH, event, parent, on, explain });
    return status < 400;
  }

  private async addParticipants(
    conversation: Conversation,
    addresses: string[],
    parent: Exchange,
    on: ReadonlySet<SwitchId>,
  ) {
    const { sid: conversationSid, participants } = conversation;
    const attributes = on.has('linked') || on.has('worker') ? '{"customer_id":"C-1"}' : '{}';
    const customers = addresses.map((address) => ({ address, attributes }));
    for (const who of [...customers, { identity: WORKER, attributes: '{}' }]) {
      const participant = { sid: newSid('MB'), conversationSid, ...who };
      this.api.add(participant);
      participants.push(participant);
    }
    this.listener.conversation(conversation);
    if (on.has('no-functions')) return;
    await Promise.all(
      participants.map(async (participant) => {
        const event = participantAdded(this.account.sid, participant, addresses.length > 1);
        for (let retryCount = 0; ; retryCount++) {
          const isRetried = on.has('retries') && retryCount < RETRY_COUNT;
          const answer = await this.webhooks.send({
            path: POST_EVENT_PATH,
            event: { ...event, RetryCount: String(retryCount) },
            parent,
            on,
            explain: (given, report, { id }) => {
              const calls = this.calls.get(id) ?? [];
              this.calls.delete(id);
              return explainPostEvent(given, { calls, report, isRetried });
            },
          });
          if (!isRetried || !isSentAgain(answer)) return;
          await setTimeout(this.durations.retryPauseMs * 2 ** retryCount);
          // What the fault is by now: someone may have mended it meanwhile.
          Object.assign(this.api, apiFaults(this.switches));
        }
      }),
    );
  }

  /** What became of a message, in words. */
  private summaryOf(message: Exchange, isAdded: boolean, on: ReadonlySet<SwitchId>) {
    const parts = this.traffic.of(message);
    const worst = (['lost', 'warning'] as const).find((verdict) =>
      parts.some((one) => one.verdict === verdict),
    );
    const verdict = isAdded ? (worst ?? 'fine') : 'lost';
    if (!isAdded) return { verdict, words: 'The message is lost.' } as const;
    if (message.joined) {
      const joins = 'This message joins the existing conversation';
      const isAsked = parts.length > 0;
      const sent = isAsked ? 'so Twilio sends only onMessageAdd' : 'so Twilio sends no webhook';
      const words = `${joins}, ${sent}. Choose Replay to send it in a new conversation.`;
      return { verdict, words } as const;
    }
    if (on.has('no-functions')) {
      const sees = on.has('worker')
        ? 'the conversation has the name that the worker gave it, and the customer was linked already'
        : on.has('linked')
          ? 'the worker sees a number, and the customer was linked already'
          : 'the worker sees a number, and no customer';
      return { verdict: 'warning', words: `No webhooks are set: ${sees}.` } as const;
    }
    return { verdict, words: '' } as const;
  }
}

function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}
