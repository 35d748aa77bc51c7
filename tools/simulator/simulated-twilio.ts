import type { Call } from '../fakes/fake-server';
import type { FakeConversations } from '../fakes/twilio/conversations';
import type { Conversation, Exchange, Message, Report, SimulatedMessage } from './conversation';
import { explainPreEvent, explainWrongEvent, isRejected, type WebhookAnswer } from './explain';
import { explainMessage } from './explain-message';
import { PostEvents } from './post-events';
import { SimulatedConversations } from './simulated-conversations';
import { apiFaults, type SwitchId } from './switches';
import { Traffic } from './traffic';
import { conversationAdd, conversationAddByWorker, messageAdd, WORKER } from './webhook-events';
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
const PRE_EVENT_PATH = '/on-conversation-add';

/** The part of Twilio that is around the two Functions when a message comes in. */
export class SimulatedTwilio {
  /** What is switched on. */
  readonly switches = new Set<SwitchId>();
  readonly traffic: Traffic;
  private readonly kept: SimulatedConversations;
  private readonly webhooks: WebhookSender;
  private readonly postEvents: PostEvents;

  /** @param functionsUrl where the Functions are served */
  constructor(
    private readonly account: { sid: string; authToken: string },
    private readonly api: FakeConversations,
    functionsUrl: () => string,
    { listener = {}, durations }: { listener?: Partial<Listener>; durations?: Partial<Durations> } = {},
  ) {
    const all = { ...DURATIONS, ...durations };
    this.traffic = new Traffic((exchange) => listener.exchange?.(exchange));
    this.kept = new SimulatedConversations(api, all.initializingMs, (one) => listener.conversation?.(one));
    this.webhooks = new WebhookSender(account.authToken, this.traffic, functionsUrl, all);
    // What the fault is by then: someone may have fixed it meanwhile.
    const beforeRetry = () => Object.assign(api, apiFaults(this.switches));
    this.postEvents = new PostEvents(account.sid, this.traffic, this.webhooks, all.retryPauseMs, beforeRetry);
  }

  /** The one with the newest message first. */
  get conversations(): Conversation[] {
    return this.kept.all;
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
    const message = { from, text, others };
    if (isNew || byWorker) await this.kept.close(message);
    const existing = this.kept.openOf(message);
    const noted = this.traffic.note({
      direction: 'message',
      title: byWorker ? `To ${from}` : `From ${from}`,
      words: text,
      message: { ...message, isNew, switches: [...on] },
      joined: Boolean(existing),
    });
    const creating = existing ?? this.createConversation(message, noted, on);
    if (!existing) this.kept.setOpen(message, creating);
    const conversation = await creating;
    const written = { author: byWorker ? WORKER : from, text, byWorker };
    const isAdded = conversation && (await this.mayAdd(conversation, written, noted, on));
    if (isAdded) {
      this.kept.addMessage(conversation, written);
      if (!existing) await this.addParticipants(conversation, [from, ...others], noted, on);
    }
    const became = explainMessage(noted, this.traffic.of(noted), { isAdded: Boolean(isAdded), on });
    this.traffic.change(noted, { isDone: true, ...became });
    return isAdded ? conversation : undefined;
  }

  /** What is sent from now on waits until `goOn`. @returns when what was sent has been answered */
  hold = () => this.webhooks.hold();
  goOn = () => this.webhooks.goOn();
  /** Takes what a Function reports of an exchange. */
  takeReport = (exchangeId: string, report: Report) => this.webhooks.take(exchangeId, report);

  /** Notes a call to the API. */
  noteCall(call: Call) {
    const conversation = this.conversations.find(({ sid }) => call.path.includes(sid));
    const isCleared = !conversation && /\/Conversations\/CH/.test(call.path);
    if (isCleared) return;
    this.postEvents.noteCall(call);
    this.kept.changed(conversation);
  }

  /** Forgets all that has been, and shows nothing more of what still happens. */
  clear() {
    this.kept.clear();
    this.traffic.clear();
  }

  private async createConversation(message: Message, parent: Exchange, on: ReadonlySet<SwitchId>) {
    const name = on.has('worker') ? 'A customer of mine' : undefined;
    const event = name
      ? conversationAddByWorker(this.account.sid, name)
      : conversationAdd(this.account.sid, message);
    const answer: WebhookAnswer = on.has('no-functions')
      ? { ms: 0 }
      : await this.webhooks.send({
          path: PRE_EVENT_PATH,
          event,
          parent,
          on,
          explain: (given, report) =>
            explainPreEvent(given, { address: name ? undefined : message.from, report }),
        });
    if (isRejected(answer)) return undefined;
    const given = Object(answer.body) as Record<string, string | null | undefined>;
    const friendlyName = given.friendly_name ?? name;
    const attributes = given.attributes ?? '{}';
    const isGroup = Boolean(message.others?.length);
    return this.kept.create(friendlyName, attributes, isGroup, this.traffic.has(parent));
  }

  /** Somebody ticked a filter too many. @returns whether Twilio adds the message all the same */
  private async mayAdd(
    { sid }: Conversation,
    message: Omit<SimulatedMessage, 'sid'>,
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
    const attributes = on.has('linked') || on.has('worker') ? '{"customer_id":"C-1"}' : '{}';
    const participants = this.kept.addParticipants(conversation, addresses, attributes);
    if (on.has('no-functions')) return;
    const isGroup = addresses.length > 1;
    await Promise.all(participants.map((one) => this.postEvents.send(one, isGroup, parent, on)));
  }
}
