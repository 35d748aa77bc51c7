import { type ApiAnswer, twilioError } from '../fake-server';

/** What of a conversation lists are filtered by. */
export interface Listed {
  sid: string;
  state?: string;
  /** ISO 8601. */
  dateCreated?: string;
}

/** When a conversation was created, and how it is, unless it says so. */
export const CREATED = '2026-11-01T12:00:00Z';
export const STATE = 'active';

/** https://www.twilio.com/docs/conversations/api/conversation-resource#conversation-properties */
const STATES = ['initializing', 'active', 'inactive', 'closed'];
/** The parameters of ListConversation and of ListConversationParticipant: https://github.com/twilio/twilio-oai */
const CONVERSATION_PARAMETERS = ['StartDate', 'EndDate', 'State', 'PageSize', 'Page', 'PageToken'];
const PARTICIPANT_PARAMETERS = ['PageSize', 'Page', 'PageToken'];
const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 100;
/** Whole days, as the description of StartDate and EndDate says. */
const START = /^\d{4}-\d\d-\d\dT00:00:00Z$/;
const END = /^\d{4}-\d\d-\d\dT23:59:59Z$/;

/**
 * A page of conversations: by State and by date of creation. With dates, the newest come first; the order without them is not
 * documented. A page goes on behind the last conversation of the one before, whatever has changed meanwhile.
 * https://www.twilio.com/docs/conversations/api/conversation-resource#read-multiple-conversation-resources
 *
 * @param newestFirst all conversations of the service
 */
export function listConversations<T extends Listed>(
  newestFirst: T[],
  url: URL,
  bodyOf: (one: T) => object,
): ApiAnswer {
  const { searchParams: query } = url;
  const [state, start, end] = ['State', 'StartDate', 'EndDate'].map((name) => query.get(name));
  const isMalformed =
    (state && !STATES.includes(state)) || (start && !START.test(start)) || (end && !END.test(end));
  if (isMalformed || !hasOnly(query, CONVERSATION_PARAMETERS)) return twilioError({ status: 400 });
  const list = start || end ? newestFirst : [...newestFirst].sort((a, b) => (a.sid < b.sid ? -1 : 1));
  const isListed = ({ state: is = STATE, dateCreated = CREATED }: Listed) =>
    (!state || is === state) && (!start || dateCreated >= start) && (!end || dateCreated <= end);
  return pageOf('conversations', list, isListed, url, bodyOf);
}

/** https://www.twilio.com/docs/conversations/api/conversation-participant-resource#read-multiple-conversationparticipant-resources */
export function listParticipants<T extends { sid: string }>(
  list: T[],
  url: URL,
  bodyOf: (one: T) => object,
): ApiAnswer {
  if (!hasOnly(url.searchParams, PARTICIPANT_PARAMETERS)) return twilioError({ status: 400 });
  return pageOf('participants', list, () => true, url, bodyOf);
}

function hasOnly(query: URLSearchParams, names: string[]): boolean {
  return [...query.keys()].every((name) => names.includes(name));
}

/** Twilio's pages: https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information */
function pageOf<T extends { sid: string }>(
  key: string,
  list: T[],
  isListed: (one: T) => boolean,
  url: URL,
  bodyOf: (one: T) => object,
): ApiAnswer {
  const { searchParams: query } = url;
  const size = Math.min(Number(query.get('PageSize') ?? PAGE_SIZE), PAGE_SIZE_MAX);
  const page = Number(query.get('Page') ?? 0);
  const last = query.get('PageToken');
  const from = last ? list.findIndex(({ sid }) => `PA${sid}` === last) + 1 : 0;
  const found: T[] = [];
  // One more than the page has, to know whether another one follows.
  for (let i = from; i < list.length && found.length <= size; i++) {
    const one = list[i] as T;
    if (isListed(one)) found.push(one);
  }
  const shown = found.slice(0, size);
  const pageUrl = (changed: Record<string, string>) => {
    const changedUrl = new URL(url);
    changedUrl.searchParams.set('PageSize', String(size));
    for (const [name, value] of Object.entries(changed)) changedUrl.searchParams.set(name, value);
    return changedUrl.href;
  };
  const meta = {
    key,
    page,
    page_size: size,
    url: url.href,
    first_page_url: pageUrl({ Page: '0' }),
    previous_page_url: null,
    next_page_url:
      found.length > size ? pageUrl({ Page: String(page + 1), PageToken: `PA${shown.at(-1)?.sid}` }) : null,
  };
  return { status: 200, body: { [key]: shown.map(bodyOf), meta } };
}
