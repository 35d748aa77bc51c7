import type { Twilio } from 'twilio';
import type { AdaptiveCalls } from '../../twilio/adaptive-calls';
import type { Leg } from './legs';
import { readPages } from './read-pages';
import { dayOf } from './scope';

/** The conversations of one Conversations service, by Twilio's helper library. */
export type Conversations = Twilio['conversations']['v1']['conversations'];

/** A conversation as it was listed. */
export interface ListedConversation {
  sid: string;
  friendlyName: string | null;
  /** JSON */
  attributes: string;
  state: string;
  /** When it was created, in UTC: `2026-11-01`. */
  day: string;
  /** When it was asked for, by `performance.now()`. */
  readAt: number;
}

type Instance = Awaited<ReturnType<Conversations['page']>>['instances'][number];

/** The conversations of a service, or of the account's default one. */
export function conversationsOf({ conversations: { v1 } }: Twilio, service?: string): Conversations {
  // Conversations of a service have the same methods as those of the account's default service.
  return (service ? v1.services(service) : v1).conversations as Conversations;
}

/**
 * Lists conversations page by page: the newest first, since the list is bounded by a day.
 */
export async function* listConversations(
  conversations: Conversations,
  calls: AdaptiveCalls,
  { state, since, until }: Leg,
): AsyncGenerator<ListedConversation> {
  const startDate = since && `${since}T00:00:00Z`;
  const endDate = `${until}T23:59:59Z`;
  const params = { state, startDate, endDate };
  for await (const { instances, readAt } of readPages(conversations, params, calls))
    for (const one of instances) yield listed(one, readAt);
}

/** What of a conversation is needed. */
export function listed(
  { sid, friendlyName, attributes, state, dateCreated }: Instance,
  readAt: number,
): ListedConversation {
  return { sid, friendlyName, attributes, state, day: dayOf(dateCreated), readAt };
}
