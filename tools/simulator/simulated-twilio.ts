import { randomBytes } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { Call } from '../fakes/fake-server';
import type { FakeConversations } from '../fakes/twilio/conversations';
import type { Conversation, Exchange, Message, SimulatedMessage, SimulatedParticipant } from './conversation';
import {
  type Explanation,
  explainCall,
  explainPostEvent,
  explainPreEvent,
  explainWrongEvent,
  isRejected,
  titleOfCall,
  type WebhookAnswer,
} from './explain';
import { apiFaults, type FaultId } from './switches';
import {
  conversationAdd,
  conversationAddByWorker,
  type Event,
  messageAdd,
  participantAdded,
  titleOf,
  WORKER,
} from './webhook-events';

/** How long Twilio takes, in milliseconds. Tests do not wait that long. */
export interface Durations {
  /** How long it waits for an answer: https://www.twilio.com/docs/conversations/conversations-webhooks */
  webhookTimeoutMs: number;
  /** About how long it takes to create a group. */
  initializingMs: number;
}

const DURATIONS: Durations = { webhookTimeoutMs: 5000, initializingMs: 1200 };
const PRE_EVENT_PATH = '/on-conversation-add';
const POST_EVENT_PATH = '/on-participant-added';

/** The part of Twilio that is around the two Functions when a message comes in. */
export class SimulatedTwilio {
  readonly conversations: Conversation[] = [];
  readonly traffic: Exchange[] = [];
  /** The faults that are switched on. */
  readonly faults = new Set<FaultId>();
  /** The conversations, by the addresses of who takes part. */
  private readonly byAddresses = new Map<string, Conversation>();

  /**
   * @param functionsUrl where the Functions are served
   * @param onChange is called whenever there is something new to show
   */
  constructor(
    private readonly account: { sid: string; authToken: string },
    private readonly api: FakeConversations,
    private readonly functionsUrl: () => string,
    private readonly onChange: () => void = () => undefined,
    private readonly durations: Durations = DURATIONS,
  ) {}

  /** Plays Twilio. @returns the conversation that the message is in, or `undefined` if it is lost */
  async receive({ from, text, others = [] }: Message): Promise<Conversation | undefined> {
    Object.assign(this.api, apiFaults(this.faults));
    const byWorker = this.faults.has('worker');
    const addresses = [from, ...others].sort().join();
    const joined = byWorker ? undefined : this.byAddresses.get(addresses);
    const words = joined ? 'Joins the conversation that is there: no webhook is sent.' : text;
    this.note({
      direction: 'message',
      title: byWorker ? `To ${from}` : `From ${from}`,
      to: '',
      fields: {},
      words,
    });

    const conversation = joined ?? (await this.createConversation({ from, text, others }));
    if (!conversation) return undefined;
    const message = { author: byWorker ? WORKER : from, text, byWorker };
    if (this.faults.has('wrong-filter') && !(await this.mayAddMessage(conversation, message)))
      return undefined;
    this.byAddresses.set(addresses, conversation);
    conversation.messages.push(message);
    if (!joined) await this.addParticipants(conversation, [from, ...others]);
    this.onChange();
    return conversation;
  }

  /** Notes a call to the API, under the webhook that it belongs to. */
  noteCall(call: Call) {
    const [path = ''] = call.path.split('?');
    const sid = path.split('/').findLast((part) => /^(CH|MB)/.test(part));
    const belongs = ({ fields, to }: Exchange) =>
      fields.ParticipantSid === sid || fields.ConversationSid === sid || to === call.path;
    const place = this.traffic.findLastIndex(belongs) + 1;
    this.note(
      {
        direction: 'call',
        title: titleOfCall(call),
        to: call.path,
        fields: Object.fromEntries(new URLSearchParams(call.body)),
        answer: { status: call.outcome },
        ...explainCall(call),
      },
      place,
    );
  }

  private async createConversation(message: Message): Promise<Conversation | undefined> {
    const name = this.faults.has('worker') ? 'A customer of mine' : undefined;
    const event = name
      ? conversationAddByWorker(this.account.sid, name)
      : conversationAdd(this.account.sid, message);
    const on = new Set(this.faults);
    const answer = await this.sendWebhook(PRE_EVENT_PATH, event, (given) =>
      explainPreEvent(given, { address: name ? undefined : message.from, on }),
    );
    if (isRejected(answer)) return undefined;
    const { friendly_name = name, attributes = '{}' } = Object(answer.body) as Record<
      string,
      string | undefined
    >;
    const sid = newSid('CH');
    const conversation: Conversation = {
      sid,
      friendlyName: friendly_name,
      attributes,
      participants: [],
      messages: [],
    };
    this.conversations.unshift(conversation);
    this.api.addConversation(conversation);
    if (message.others?.length) {
      this.api.initializing.add(sid);
      setTimeout(() => this.api.initializing.delete(sid), this.durations.initializingMs);
    }
    return conversation;
  }

  /** Somebody ticked a filter too many. @returns whether Twilio adds the message all the same */
  private async mayAddMessage({ sid }: Conversation, message: SimulatedMessage): Promise<boolean> {
    const event = messageAdd(this.account.sid, sid, message);
    const { status = 200 } = await this.sendWebhook(PRE_EVENT_PATH, event, explainWrongEvent);
    return status < 400;
  }

  private async addParticipants({ sid: conversationSid, participants }: Conversation, addresses: string[]) {
    const linked = this.faults.has('linked') || this.faults.has('worker');
    const attributes = linked ? '{"customer_id":"C-1"}' : '{}';
    const customers = addresses.map((address) => ({ address, attributes }));
    for (const who of [...customers, { identity: WORKER, attributes: '{}' }]) {
      const participant: SimulatedParticipant = { sid: newSid('MB'), conversationSid, ...who };
      this.api.add(participant);
      participants.push(participant);
    }
    this.onChange();
    const on = new Set(this.faults);
    const sent = participants.map((participant) => {
      const { sid, identity } = participant;
      const event = participantAdded(this.account.sid, participant, addresses.length > 1);
      return this.sendWebhook(POST_EVENT_PATH, event, (answer) => {
        const calls = this.api.calls.filter(({ path }) => path.endsWith(sid));
        return explainPostEvent(answer, { calls, linked, identity, on });
      });
    });
    await Promise.all(sent);
  }

  private async sendWebhook(
    path: string,
    event: Event,
    explain: (answer: WebhookAnswer) => Explanation,
  ): Promise<WebhookAnswer> {
    const exchange = this.note({
      direction: 'webhook',
      title: titleOf(event),
      to: path,
      fields: event,
      words: '…',
    });
    const url = `${this.functionsUrl()}${path}`;
    const startedAt = performance.now();
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'X-Twilio-Signature': getExpectedTwilioSignature(this.account.authToken, url, event) },
      body: new URLSearchParams(event),
      signal: AbortSignal.timeout(this.durations.webhookTimeoutMs),
    }).then(
      async (response) => ({ status: response.status, body: parse(await response.text()) }),
      () => ({}),
    );
    const answered = { ...answer, ms: Math.round(performance.now() - startedAt) };
    Object.assign(exchange, { answer: answered }, explain(answered));
    this.onChange();
    return answered;
  }

  private note(noted: Omit<Exchange, 'verdict'> & Partial<Exchange>, place = this.traffic.length): Exchange {
    const exchange: Exchange = { verdict: 'fine', ...noted };
    this.traffic.splice(place, 0, exchange);
    this.onChange();
    return exchange;
  }
}

function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
