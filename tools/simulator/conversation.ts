import type { Participant } from '../fakes/twilio/conversations';
import type { Explanation } from './explain';

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
