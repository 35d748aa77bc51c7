import type { ServerResponse } from 'node:http';
import type { Conversation, Exchange } from './conversation';

/** What the page gets: all that is new or has changed since it got something, by ID. */
export interface Update {
  /** Whether all that was sent before is void. */
  isFirst?: boolean;
  status?: object;
  exchanges?: Exchange[];
  conversations?: object[];
  log?: string[];
}

/** Changes are gathered for that long, so that what changes twice is sent once. */
const GATHER_MS = 100;
/** Of a conversation, the page shows the last messages. */
const MESSAGES_MAX = 30;
/** How many messages with their webhooks, conversations and lines of the log a page gets when it is opened. */
export const SHOWN_AT_FIRST = { messages: 100, conversations: 100, log: 100 };

/** Sends changes to all who look at the page: 7 MB for each of them in a run of 1,000 messages, as measured. */
export class Feed {
  private readonly viewers = new Set<ServerResponse>();
  private readonly exchanges = new Map<string, Exchange>();
  private readonly conversations = new Map<string, Conversation>();
  private log: string[] = [];
  private sentStatus = '';
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param status is sent again only if it has changed
   * @param first what a page gets beside it when it is opened
   */
  constructor(
    private readonly status: () => object,
    private readonly first: () => Update,
    private readonly gatherMs = GATHER_MS,
  ) {}

  /** @param viewer the answer to a page, with its head written */
  add(viewer: ServerResponse) {
    this.begin(viewer);
    this.viewers.add(viewer);
    viewer.on('error', () => undefined).on('close', () => this.viewers.delete(viewer));
  }

  exchange(exchange: Exchange) {
    this.exchanges.set(exchange.id, exchange);
    this.soon();
  }

  conversation(conversation: Conversation) {
    this.conversations.set(conversation.sid, conversation);
    this.soon();
  }

  line(line: string) {
    this.log.push(line);
    this.soon();
  }

  /** Something in the status may have changed. */
  statusChanged() {
    this.soon();
  }

  /** All that was sent is void. */
  restart() {
    this.forget();
    for (const viewer of this.viewers) this.begin(viewer);
  }

  private soon() {
    this.timer ??= setTimeout(() => {
      const status = this.status();
      const text = JSON.stringify(status);
      const isChanged = text !== this.sentStatus;
      this.sentStatus = text;
      const update: Update = {
        status: isChanged ? status : undefined,
        exchanges: [...this.exchanges.values()],
        conversations: [...this.conversations.values()].map(viewOf),
        log: this.log,
      };
      this.forget();
      for (const viewer of this.viewers) this.write(viewer, update);
    }, this.gatherMs);
  }

  private forget() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.log = [];
    this.exchanges.clear();
    this.conversations.clear();
  }

  private begin(viewer: ServerResponse) {
    this.write(viewer, { isFirst: true, status: this.status(), ...this.first() });
    // It may have another one by now than those who came before.
    this.sentStatus = '';
  }

  private write(viewer: ServerResponse, update: Update) {
    viewer.write(`data: ${JSON.stringify(update)}\n\n`);
  }
}

/** A conversation as the page shows it. */
export function viewOf(conversation: Conversation): object {
  return { ...conversation, messages: conversation.messages.slice(-MESSAGES_MAX) };
}
