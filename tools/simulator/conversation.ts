import type { Conversation as ApiConversation, Participant } from '../fakes/twilio/conversations-resources';
import type { SwitchId } from './switches';

/** What Twilio made of an answer: all went well; not all did, but nothing is lost; a message is lost. */
export type Verdict = 'fine' | 'warning' | 'lost';

export interface Explanation {
  verdict: Verdict;
  words: string;
}

/** A message that comes in. */
export interface Message {
  /** Who writes: `+15551234567`, `whatsapp:+15551234567`, `messenger:1002003004`, … */
  from: string;
  text: string;
  /** In group MMS, the other members. */
  others?: string[];
}

export interface SimulatedMessage {
  sid: string;
  author: string;
  text: string;
  byWorker: boolean;
}

/** A Conversation, as Twilio has it: the API changes its name and attributes. */
export interface Conversation extends ApiConversation {
  participants: Participant[];
  messages: SimulatedMessage[];
  /** Whether the next message of the same customer begins another one. */
  isClosed: boolean;
}

/** What a Function wrote and threw, and whom its CRM source found, while it answered one event. */
export interface Report {
  /** What was written to the log. */
  log: string[];
  /** What the source answered, not checked. */
  found: unknown[];
  /** What the Function threw, or called back with as an error. */
  error?: { message: string /** `dist/functions/….js:57` */; at?: string };
}

/** What was answered. */
export interface ExchangeAnswer {
  /** There is none if nothing was answered. */
  status?: number | string;
  headers?: Record<string, string>;
  /** JSON, parsed if it is any. */
  body?: unknown;
  ms?: number;
}

/** A message, a webhook or a call to Twilio's API, and what Twilio made of it. */
export interface Exchange extends Explanation {
  id: string;
  direction: 'message' | 'webhook' | 'call';
  /** The message that a webhook is of, or the webhook that a call is of. */
  parent?: string;
  title: string;
  /** When, in ISO 8601. */
  at: string;
  method: string;
  /** The path that it goes to. */
  to: string;
  headers: Record<string, string>;
  fields: Record<string, string>;
  /** There is none while it is not answered. */
  answer?: ExchangeAnswer;
  report?: Report;
  /** Of a message: what came in, with what was switched on. */
  message?: Message & { switches: SwitchId[]; isNew?: boolean };
  /** Of a message: whether it joined a conversation, so that there was no webhook. */
  joined?: boolean;
  /** Of a message: whether all that it brings about has happened. */
  isDone?: boolean;
}
