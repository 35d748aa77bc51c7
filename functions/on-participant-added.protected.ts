import { setTimeout } from 'node:timers/promises';
import type {
  Context,
  EnvironmentVariables,
  ServerlessEventObject,
  ServerlessFunctionSignature,
  TwilioClient,
} from '@twilio-labs/serverless-runtime-types/types';

/** What Twilio sends: https://www.twilio.com/docs/conversations/conversations-webhooks#onparticipantadded */
export type OnParticipantAddedEvent = ServerlessEventObject<{
  EventType?: string;
  /** The conversation's service. Not every account sends it; without it, the account's default service is meant. */
  ChatServiceSid?: string;
  ConversationSid?: string;
  ParticipantSid?: string;
  /** JSON */
  Attributes?: string;
  /** Set on workers only. */
  Identity?: string;
  /** Set on customers. */
  'MessagingBinding.Address'?: string;
  /** Twilio's own number. */
  'MessagingBinding.ProxyAddress'?: string;
  /** Twilio's own number in group MMS. */
  'MessagingBinding.ProjectedAddress'?: string;
}>;

type Crm = typeof import('../assets/crm.private');

/** Twilio waits 5 s: https://www.twilio.com/docs/conversations/conversations-webhooks. The rest is for the way. */
const ANSWER_WITHIN_MS = 4500;
/** How long one call to Twilio may take before it is tried again. */
const CALL_TIMEOUT_MS = 1500;
/** The pause before the second call; it doubles from call to call. */
const FIRST_PAUSE_MS = 200;
/** The conversation is still being created: https://www.twilio.com/docs/api/errors/50386 */
const CONVERSATION_INITIALIZING = 50386;

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
 * Post-Event URL: ties a customer who joined a conversation to their record in the CRM.
 *
 * The participant exists already, so no answer can do harm. A transient error is answered 503, and Twilio sends the
 * event again if the service has a retry count; the same update twice leaves the same result.
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
    failure = error instanceof WebhookError ? error : new WebhookError(500, 'unexpected error: see the log');
    if (error !== failure) console.error('onParticipantAdded:', (error as Error).message);
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
  const crm: Crm = require(Runtime.getAssets()['/crm.js']?.path ?? '/crm.js');
  const log = crm.eventLog('onParticipantAdded', context, startedAt);

  if (event.EventType !== 'onParticipantAdded') return log.wrongEvent(event.EventType);
  const address = crm.parseAddress(event['MessagingBinding.Address']);
  if (event.Identity || !address) return log.info('no customer');
  const attributes = crm.parseAttributes(event.Attributes);
  const masked = [crm.maskAddress(address)];
  if (!attributes) return log.info('Attributes are not a JSON object: left alone', masked);
  if (attributes.customer_id) return log.info('linked already', masked);

  try {
    const update = updateOf(event);
    const proxyAddress = event['MessagingBinding.ProxyAddress'] ?? event['MessagingBinding.ProjectedAddress'];
    const arrival = { startedAt, proxyAddress };
    const customer = await crm.findCustomer(address, context, arrival).catch((error: Error) => {
      throw new WebhookError(503, error.message);
    });
    if (!customer) return log.info('unknown', masked);
    const client = clientOf(context);
    const json = crm.participantAttributes(attributes, customer);
    const outcome = await withRetries(() => update(client, json), startedAt, crm);
    log.info(outcome, masked, [customer]);
  } catch (error) {
    log.error(crm.reasonOf(error), masked);
    throw error;
  }
}

/** The update of this participant. @throws WebhookError 400 if the event does not tell whose */
function updateOf({ ChatServiceSid, ConversationSid, ParticipantSid }: OnParticipantAddedEvent) {
  if (!isSid(ConversationSid)) throw new WebhookError(400, 'ConversationSid is missing or not a SID');
  if (!isSid(ParticipantSid)) throw new WebhookError(400, 'ParticipantSid is missing or not a SID');
  return ({ conversations: { v1 } }: TwilioClient, attributes: string): Promise<unknown> =>
    isSid(ChatServiceSid)
      ? v1
          .services(ChatServiceSid)
          .conversations(ConversationSid)
          .participants(ParticipantSid)
          .update({ attributes })
      : v1.conversations(ConversationSid).participants(ParticipantSid).update({ attributes });
}

function isSid(field: unknown): field is string {
  return typeof field === 'string' && /^[A-Z]{2}[0-9a-f]{32}$/i.test(field);
}

function clientOf(context: Context<EnvironmentVariables>): TwilioClient {
  try {
    return context.getTwilioClient({ timeout: CALL_TIMEOUT_MS });
  } catch {
    throw new WebhookError(500, 'no Twilio client: ACCOUNT_SID and AUTH_TOKEN are not set');
  }
}

/**
 * Calls Twilio, and again after transient errors while there is time.
 *
 * @throws WebhookError 503 if time ran out, 500 if trying again is of no use
 */
async function withRetries(
  call: () => Promise<unknown>,
  startedAt: number,
  crm: Crm,
): Promise<'linked' | 'gone'> {
  const timeLeftMs = () => ANSWER_WITHIN_MS - (performance.now() - startedAt);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    try {
      await crm.withTimeout(call(), Math.min(CALL_TIMEOUT_MS, timeLeftMs()));
      return 'linked';
    } catch (error) {
      // The library throws Twilio's status and code; if no answer came, or half of one, there is no status.
      const { status, code } = error as { status?: number; code?: number | string };
      if (status === 404) return 'gone';
      const reason = `Twilio's API: ${status ?? 'no whole answer'}${code ? ` (${code})` : ''}`;
      const isTransient = !status || status === 429 || status >= 500 || code === CONVERSATION_INITIALIZING;
      if (!isTransient) throw new WebhookError(500, reason);
      const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
      if (jitteredMs >= timeLeftMs()) throw new WebhookError(503, reason);
      await setTimeout(jitteredMs);
    }
  }
}
