import { randomBytes } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { parseAddress } from '../../assets/crm.private';
import {
  type Call,
  type ConversationsApi,
  DEFAULT_SERVICE_SID,
  type Participant,
} from '../conversations-api';
import {
  type Explanation,
  explainCall,
  explainPostEvent,
  explainPreEvent,
  explainWrongEvent,
  refusal,
  type WebhookAnswer,
} from './explain';
import { apiFaults, type FaultId } from './faults';

/** A message that comes in. */
export interface Message {
  /** Who writes: `+15551234567`, `whatsapp:+15551234567`, `messenger:1002003004`, … */
  from: string;
  text: string;
  /** In group MMS, the other members. */
  others?: string[];
}

export interface SimulatedParticipant extends Participant {
  /** A worker's. */
  identity?: string;
  /** A customer's. */
  address?: string;
}

export interface SimulatedMessage {
  author: string;
  text: string;
  byWorker: boolean;
}

export interface Conversation {
  sid: string;
  friendlyName?: string;
  /** JSON */
  attributes: string;
  participants: SimulatedParticipant[];
  messages: SimulatedMessage[];
}

/** A message, a webhook or a call to Twilio's API, and what Twilio made of it. */
export interface Exchange extends Explanation {
  direction: 'message' | 'webhook' | 'call';
  title: string;
  /** The path that it goes to. */
  to: string;
  fields: Record<string, string>;
  /** What was answered; `undefined` while it is not. */
  answer?: { status?: number | string; body?: unknown; ms?: number };
}

const OWN_NUMBER = '+15017122661';
const WORKER = 'worker@example.com';
/** Twilio waits 5 s: https://www.twilio.com/docs/conversations/conversations-webhooks */
const WEBHOOK_TIMEOUT_MS = 5000;
/** About as long as Twilio takes to create a group. */
const INITIALIZING_MS = 1200;

const sid = (prefix: string) => prefix + randomBytes(16).toString('hex');

/** The part of Twilio that stands around the two Functions, when a message comes in. */
export class SimulatedTwilio {
  readonly conversations: Conversation[] = [];
  readonly traffic: Exchange[] = [];
  /** The faults that are switched on. */
  readonly faults = new Set<FaultId>();
  private readonly pairs = new Map<string, Conversation>();

  /**
   * @param functionsUrl where the Functions are served
   * @param onChange is called whenever there is something new to show
   */
  constructor(
    private readonly account: { sid: string; authToken: string },
    private readonly api: ConversationsApi,
    private readonly functionsUrl: () => string,
    private readonly onChange: () => void = () => undefined,
  ) {}

  /** Plays Twilio. @returns the conversation that the message is in, or `undefined` where it is lost */
  async receive({ from, text, others = [] }: Message): Promise<Conversation | undefined> {
    Object.assign(this.api, apiFaults(this.faults));
    const byWorker = this.faults.has('worker');
    const pair = [from, ...others].sort().join();
    const joined = byWorker ? undefined : this.pairs.get(pair);
    this.note('message', byWorker ? `To ${from}` : `From ${from}`, '', {}).words = joined
      ? 'Joins the conversation that is there: no webhook is sent.'
      : text;
    const conversation = joined ?? (await this.createConversation(from, text, others));
    if (!conversation) return undefined;
    const message = { author: byWorker ? WORKER : from, text, byWorker };
    if (this.faults.has('wrong-filter') && !(await this.sendMessageAdd(conversation, message)))
      return undefined;
    this.pairs.set(pair, conversation);
    conversation.messages.push(message);
    if (!joined) await this.addParticipants(conversation, from, others);
    this.onChange();
    return conversation;
  }

  /** Notes a call to the API, under the webhook that it belongs to. */
  noteCall(call: Call) {
    const participant = call.path.split('/').at(-1);
    const of = this.traffic.findLastIndex(
      ({ fields, to }) => fields.ParticipantSid === participant || to === call.path,
    );
    const exchange: Exchange = {
      direction: 'call',
      title: 'Update of the participant',
      to: call.path,
      fields: { Attributes: call.attributes ?? '' },
      answer: { status: call.outcome },
      ...explainCall(call),
    };
    this.traffic.splice(of + 1, 0, exchange);
    this.onChange();
  }

  private async createConversation(
    from: string,
    text: string,
    others: string[],
  ): Promise<Conversation | undefined> {
    const byWorker = this.faults.has('worker');
    const event = {
      ...this.common('onConversationAdd', byWorker ? 'SDK' : sourceOf(from)),
      Attributes: '{}',
      State: others.length > 0 ? 'initializing' : 'active',
      ...(byWorker ? { FriendlyName: 'A customer of mine', ClientIdentity: WORKER } : inbound(from, others)),
      ...(byWorker ? {} : { MessageBody: text, MessagingServiceSid: `MG${'0'.repeat(32)}` }),
    };
    const on = new Set(this.faults);
    const answer = await this.sendWebhook('/on-conversation-add', event, (given) =>
      explainPreEvent(given, { address: byWorker ? undefined : from, on }),
    );
    if (answer.status !== undefined && (answer.status !== 200 || refusal(answer.body))) return undefined;
    const { friendly_name, attributes } = (answer.body ?? {}) as {
      friendly_name?: string;
      attributes?: string;
    };
    const conversation: Conversation = {
      sid: sid('CH'),
      friendlyName: friendly_name ?? (byWorker ? 'A customer of mine' : undefined),
      attributes: attributes ?? '{}',
      participants: [],
      messages: [],
    };
    this.conversations.unshift(conversation);
    if (others.length > 0) {
      this.api.initializing.add(conversation.sid);
      setTimeout(() => this.api.initializing.delete(conversation.sid), INITIALIZING_MS);
    }
    return conversation;
  }

  /** Somebody ticked a filter too many. @returns whether the message is added all the same */
  private async sendMessageAdd(
    { sid: ConversationSid }: Conversation,
    message: { author: string; text: string },
  ) {
    const event = {
      ...this.common('onMessageAdd', sourceOf(message.author)),
      ConversationSid,
      Author: message.author,
      Body: message.text,
      Attributes: '{}',
    };
    const { status = 200 } = await this.sendWebhook('/on-conversation-add', event, explainWrongEvent);
    return status < 400;
  }

  private async addParticipants(conversation: Conversation, from: string, others: string[]) {
    const attributes =
      this.faults.has('linked') || this.faults.has('worker') ? '{"customer_id":"C-1"}' : '{}';
    const customers = [from, ...others].map((address) => ({ address, attributes }));
    const { sid: conversationSid } = conversation;
    for (const joined of [...customers, { identity: WORKER, attributes: '{}' }]) {
      const participant: SimulatedParticipant = { sid: sid('MB'), conversationSid, ...joined };
      this.api.add(participant);
      conversation.participants.push(participant);
    }
    this.onChange();
    await Promise.all(
      conversation.participants.map((participant) => this.sendParticipantAdded(participant, others)),
    );
  }

  private async sendParticipantAdded(participant: SimulatedParticipant, others: string[]) {
    const { identity, address = '', attributes, conversationSid } = participant;
    const own = others.length > 0 ? 'ProjectedAddress' : 'ProxyAddress';
    const customer = { 'MessagingBinding.Address': address, [`MessagingBinding.${own}`]: proxyOf(address) };
    const event = {
      ...this.common('onParticipantAdded', identity ? 'SDK' : sourceOf(address)),
      ConversationSid: conversationSid,
      ParticipantSid: participant.sid,
      RoleSid: `RL${'0'.repeat(32)}`,
      Attributes: attributes,
      DateCreated: new Date().toISOString(),
      ...(identity ? { Identity: identity } : { ...customer, 'MessagingBinding.Type': channelOf(address) }),
    };
    const on = new Set(this.faults);
    const linked = attributes.includes('customer_id');
    await this.sendWebhook('/on-participant-added', event, (answer) => {
      const calls = this.api.calls.filter(({ path }) => path.endsWith(participant.sid));
      return explainPostEvent(answer, { calls, linked, identity, on });
    });
  }

  /** What all events have. */
  private common(EventType: string, Source: string) {
    return {
      EventType,
      Source,
      AccountSid: this.account.sid,
      ChatServiceSid: DEFAULT_SERVICE_SID,
      RetryCount: '0',
    };
  }

  private async sendWebhook(
    path: string,
    event: Record<string, string>,
    explain: (answer: WebhookAnswer) => Explanation,
  ): Promise<WebhookAnswer> {
    const exchange = this.note('webhook', titleOf(event), path, event);
    const url = `${this.functionsUrl()}${path}`;
    const signature = getExpectedTwilioSignature(this.account.authToken, url, event);
    const startedAt = performance.now();
    const answer: Omit<WebhookAnswer, 'ms'> = await fetch(url, {
      method: 'POST',
      headers: { 'X-Twilio-Signature': signature },
      body: new URLSearchParams(event),
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
    }).then(
      async (response) => ({ status: response.status, body: parse(await response.text()) }),
      () => ({}),
    );
    const answered = { ...answer, ms: Math.round(performance.now() - startedAt) };
    Object.assign(exchange, { answer: answered }, explain(answered));
    this.onChange();
    return answered;
  }

  private note(
    direction: Exchange['direction'],
    title: string,
    to: string,
    fields: Record<string, string>,
  ): Exchange {
    const exchange: Exchange = { direction, title, to, fields, verdict: 'fine', words: '…' };
    this.traffic.push(exchange);
    this.onChange();
    return exchange;
  }
}

/** The fields that tell who writes, and to which number. */
function inbound(from: string, others: string[]): Record<string, string> {
  if (others.length === 0) {
    return { 'MessagingBinding.Address': from, 'MessagingBinding.ProxyAddress': proxyOf(from) };
  }
  return {
    'MessagingBinding.AuthorAddress': from,
    'MessagingBinding.Address': [...others, OWN_NUMBER].join(),
    'MessagingBinding.ProjectedAddress': OWN_NUMBER,
  };
}

/** The event, and whom it is about. */
function titleOf({ EventType, Identity, ...event }: Record<string, string>): string {
  const who = Identity ?? event['MessagingBinding.AuthorAddress'] ?? event['MessagingBinding.Address'];
  return who ? `${EventType}: ${who}` : String(EventType);
}

function channelOf(address: string): string {
  return parseAddress(address)?.channel ?? 'sms';
}

const sourceOf = (address: string) => channelOf(address).toUpperCase();

/** Where it was written to: Twilio's own number, on the same channel. */
function proxyOf(address: string): string {
  return channelOf(address) === 'sms' ? OWN_NUMBER : `${channelOf(address)}:${OWN_NUMBER}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
