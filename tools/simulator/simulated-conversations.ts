import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { FakeConversations } from '../fakes/twilio/conversations';
import type { Participant } from '../fakes/twilio/conversations-resources';
import type { Conversation, Message, SimulatedMessage } from './conversation';
import { WORKER } from './webhook-events';

/** More are not kept. */
const CONVERSATIONS_MAX = 1000;

/** The Conversations of the simulated account, with who takes part in them and what they write. */
export class SimulatedConversations {
  /** The one with the newest message first. */
  all: Conversation[] = [];
  /** Those that are not closed, by the addresses of who takes part; also those that are being created. */
  private readonly open = new Map<string, Promise<Conversation | undefined>>();

  /**
   * @param api gets them, so that the Functions can read and change them
   * @param onChange is told each conversation that is new or changed
   */
  constructor(
    private readonly api: FakeConversations,
    private readonly initializingMs: number,
    private readonly onChange: (conversation: Conversation) => void,
  ) {}

  /** The conversation that these people have; `undefined` if they have none. */
  openOf(message: Message): Promise<Conversation | undefined> | undefined {
    return this.open.get(keyOf(message));
  }

  /** Messages of the same people join it while it is being created. If it is not created after all, they begin another one. */
  setOpen(message: Message, creating: Promise<Conversation | undefined>) {
    const key = keyOf(message);
    this.open.set(key, creating);
    const forget = () => this.open.get(key) === creating && this.open.delete(key);
    void creating.then((conversation) => conversation ?? forget(), forget);
  }

  /** A conversation that is closed lets a new one begin: https://www.twilio.com/docs/conversations/states-timers */
  async close(message: Message) {
    const conversation = await this.openOf(message);
    this.open.delete(keyOf(message));
    if (!conversation) return;
    conversation.isClosed = true;
    this.changed(conversation);
  }

  /** @param isKept whether it is shown: what brought it about may have been cleared meanwhile */
  create(friendlyName: string | undefined, attributes: string, isGroup: boolean, isKept: boolean) {
    const conversation: Conversation = {
      sid: newSid('CH'),
      friendlyName,
      attributes,
      participants: [],
      messages: [],
      isClosed: false,
    };
    if (isKept) this.all.unshift(conversation);
    this.all.splice(CONVERSATIONS_MAX);
    this.api.addConversation(conversation);
    if (isGroup) {
      this.api.initializing.add(conversation.sid);
      const created = () => this.api.initializing.delete(conversation.sid);
      void setTimeout(this.initializingMs).then(created);
    }
    return conversation;
  }

  addMessage(conversation: Conversation, message: Omit<SimulatedMessage, 'sid'>) {
    conversation.messages.push({ sid: newSid('IM'), ...message });
    if (this.all.includes(conversation))
      this.all = [conversation, ...this.all.filter((one) => one !== conversation)];
    this.changed(conversation);
  }

  /** The customers join, and the worker. */
  addParticipants(conversation: Conversation, addresses: string[], attributes: string): Participant[] {
    const { sid: conversationSid, participants } = conversation;
    const customers = addresses.map((address) => ({ address, attributes }));
    for (const who of [...customers, { identity: WORKER, attributes: '{}' }]) {
      const participant = { sid: newSid('MB'), conversationSid, ...who };
      this.api.add(participant);
      participants.push(participant);
    }
    this.changed(conversation);
    return participants;
  }

  /** Something in a conversation has changed. */
  changed(conversation: Conversation | undefined) {
    if (conversation && this.all.includes(conversation)) this.onChange(conversation);
  }

  clear() {
    this.open.clear();
    this.all = [];
  }
}

const keyOf = ({ from, others = [] }: Message) => [from, ...others].sort().join();

function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}
