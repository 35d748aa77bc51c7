import type {
  Context,
  EnvironmentVariables,
  ServerlessEventObject,
  ServerlessFunctionSignature,
} from '@twilio-labs/serverless-runtime-types/types';
import type { Attempt, ConversationsApi, ConversationsApiError } from '../assets/conversations-api.private';
import type { FrontlineCustomer } from '../assets/frontline.private';

/** What Twilio sends: https://www.twilio.com/docs/conversations/conversations-webhooks#onparticipantadded */
export type OnParticipantAddedEvent = ServerlessEventObject<{
  EventType?: string;
  /** The conversation's service. The events of some accounts lack it. */
  ChatServiceSid?: string;
  ConversationSid?: string;
  ParticipantSid?: string;
  /** When the participant joined. */
  DateCreated?: string;
  /** JSON, as it was when the participant joined. */
  Attributes?: string;
  /** How often Twilio has sent this event before. */
  RetryCount?: string;
  /** Set on workers only. */
  Identity?: string;
  /** Set on customers. */
  'MessagingBinding.Address'?: string;
  /** Twilio's own number; a member of a group MMS has none. */
  'MessagingBinding.ProxyAddress'?: string;
  /** Twilio's own number in group MMS. */
  'MessagingBinding.ProjectedAddress'?: string;
}>;

type Crm = typeof import('../assets/crm.private');
type Resources = ReturnType<typeof resourcesOf>;

/** What is answered to an error that nobody expected. */
const UNEXPECTED = 'unexpected error: see the log';
/** What the log says of a participant who is tied to their customer. */
const LINKED = 'linked';

/** Attributes of an event that came in longer ago may have been changed meanwhile. */
const SNAPSHOT_MAX_AGE_MS = 500;
/** So may those of an event that came in late. Clocks differ, an event is on its way for a moment, and a process may have to start. */
const EVENT_MAX_AGE_MS = 2000;

/** Loads a private Asset. */
const load = (path: string) => require(Runtime.getAssets()[path]?.path ?? path);

/** What is answered with another status than 200. */
class WebhookError extends Error {
  constructor(
    readonly status: 400 | 500 | 503,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Post-Event URL: links a customer who joined a conversation to their record in the CRM.
 *
 * The participant exists already, so no answer can do harm. A failure of the CRM, or one of Twilio's API that may pass,
 * is answered 503, and Twilio sends the event again if the service has a retry count; the same update twice leaves the same
 * result.
 * https://www.twilio.com/docs/conversations/conversations-webhooks#onparticipantadded
 */
export const handler: ServerlessFunctionSignature<EnvironmentVariables, OnParticipantAddedEvent> = async (
  context,
  event,
  callback,
) => {
  let failure: WebhookError | undefined;
  try {
    await linkParticipant(context, event);
  } catch (error) {
    failure = error instanceof WebhookError ? error : new WebhookError(500, UNEXPECTED);
    if (error !== failure)
      console.error('onParticipantAdded:', error instanceof Error ? error.message : error);
  }
  if (!failure) return callback(null, {});
  const response = new Twilio.Response();
  response.setStatusCode(failure.status);
  response.appendHeader('Content-Type', 'application/json');
  response.setBody({ error: failure.message });
  callback(null, response);
};

async function linkParticipant(
  context: Context<EnvironmentVariables>,
  event: OnParticipantAddedEvent,
): Promise<void> {
  const startedAt = performance.now();
  const crm: Crm = load('/crm.js');
  const log = crm.eventLog('onParticipantAdded', context, startedAt);

  if (event.EventType !== 'onParticipantAdded') return log.wrongEvent(event.EventType);
  const address = crm.parseAddress(event['MessagingBinding.Address']);
  const own = [event['MessagingBinding.ProxyAddress'], event['MessagingBinding.ProjectedAddress']];
  const isOwn = own.some((number) => crm.parseAddress(number)?.key === address?.key);
  if (event.Identity || !address || isOwn) return log.info('no customer');
  const attributes = crm.parseAttributes(event.Attributes);
  if (!attributes) return log.info('Attributes are not a JSON object: left alone', [address]);
  if (attributes.customer_id) return log.info('linked already', [address]);

  try {
    const resources = resourcesOf(event, context);
    const arrival = { startedAt, proxyAddress: own.find(Boolean) };
    const customer = await crm.findCustomer(address, context, arrival).catch((error: Error) => {
      throw new WebhookError(503, error.message);
    });
    if (!customer) return log.info('unknown', [address]);

    const { callConversations }: typeof import('../assets/conversations-api.private') =
      load('/conversations-api.js');
    const isRepeated = Number(event.RetryCount) > 0;
    const outcome = await callConversations(context, startedAt, async (api) => {
      // The pre-event may have failed to find the customer. Whether the conversation has a name is read beside the update.
      const reading = isRepeated || crm.mayFail(context) ? readConversation(api, resources) : undefined;
      reading?.catch(() => undefined);

      const ageMs = Date.now() - Date.parse(event.DateCreated ?? '');
      const isNew = !isRepeated && event.Attributes && Math.abs(ageMs) <= EVENT_MAX_AGE_MS;
      const snapshot = !isNew
        ? undefined
        : { json: event.Attributes, endsAt: startedAt + SNAPSHOT_MAX_AGE_MS };
      const linking = await linkCustomer(customer, snapshot, api, resources, crm);
      if (linking !== LINKED || !reading) return linking;
      const isGroup = !event['MessagingBinding.ProxyAddress'];
      const nameConversation = async () => {
        const { nameIfUnnamed }: typeof import('../assets/unnamed-conversation.private') =
          load('/unnamed-conversation.js');
        const linked = { address, customer };
        return nameIfUnnamed({ reading, linked, isGroup }, resources.conversation, api, crm);
      };
      // Whatever goes wrong with the name, the link stays.
      const isNamed = await nameConversation().catch((error: unknown) =>
        log.error(`conversation not named: ${crm.reasonOf(error)}`, [address]),
      );
      return isNamed ? 'linked, conversation named' : linking;
    });
    log.info(outcome, [address], [customer]);
  } catch (error) {
    const failure = asWebhookError(error);
    log.error(failure?.message ?? crm.reasonOf(error), [address]);
    throw failure ?? new WebhookError(500, UNEXPECTED);
  }
}

/** How to reach what the event is about. @throws WebhookError 400 if the event does not tell */
function resourcesOf(event: OnParticipantAddedEvent, { CHAT_SERVICE_SID }: EnvironmentVariables) {
  const { ConversationSid, ParticipantSid } = event;
  if (!isSid(ConversationSid, 'CH')) throw new WebhookError(400, 'ConversationSid is missing or not a SID');
  if (!isSid(ParticipantSid, 'MB')) throw new WebhookError(400, 'ParticipantSid is missing or not a SID');
  const service = [event.ChatServiceSid, CHAT_SERVICE_SID?.trim()].find((sid) => isSid(sid, 'IS'));
  const conversation = ({ v1 }: Attempt) => {
    // Conversations of a service have the same methods as those of the account's default service.
    const { conversations } = (service ? v1.services(service) : v1) as Attempt['v1'];
    return conversations(ConversationSid);
  };
  return {
    /** Whether the event itself says which service it is about. */
    isOfEvent: Boolean(service) && service === event.ChatServiceSid,
    conversation,
    participant: (of: Attempt) => conversation(of).participants(ParticipantSid),
  };
}

function isSid(field: unknown, prefix: string): field is string {
  return typeof field === 'string' && field.startsWith(prefix) && /^[A-Z]{2}[0-9a-f]{32}$/i.test(field);
}

/**
 * Ties the participant to the customer, unless they are tied to somebody already.
 *
 * @param snapshot the participant's attributes, and until when they count; after that, and if an attempt has failed that may
 * have been carried out, they are read
 * @returns what the log says
 */
async function linkCustomer(
  customer: FrontlineCustomer,
  snapshot: { json: unknown; endsAt: number } | undefined,
  api: ConversationsApi,
  { isOfEvent, participant }: Resources,
  crm: Crm,
): Promise<string> {
  const outcome = await api.call(async (attempt) => {
    const { request, mayBeDone } = attempt;
    const isFresh = snapshot && !mayBeDone && performance.now() < snapshot.endsAt;
    const json = isFresh ? snapshot.json : (await request(() => participant(attempt).fetch())).attributes;
    const attributes = crm.parseAttributes(json);
    if (!attributes) return 'Attributes are not a JSON object: left alone';
    if (attributes.customer_id === customer.customer_id) return LINKED;
    if (attributes.customer_id) return 'linked already';
    const linked = crm.participantAttributes(json, customer);
    await request(() => participant(attempt).update({ attributes: linked }));
    return LINKED;
  });
  if (outcome) return outcome;
  return isOfEvent ? 'gone' : 'gone, or in another Conversations service: set CHAT_SERVICE_SID to that (IS…)';
}

async function readConversation(api: ConversationsApi, { conversation }: Resources) {
  return api.call((attempt) => attempt.request(() => conversation(attempt).fetch()));
}

/** Twilio sends the event again after 503: an error of its API has to be transient. */
function asWebhookError(error: unknown): WebhookError | undefined {
  if (error instanceof WebhookError) return error;
  const { isTransient, message = '' } = error as Partial<ConversationsApiError>;
  return isTransient === undefined ? undefined : new WebhookError(isTransient ? 503 : 500, message);
}
