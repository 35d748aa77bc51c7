/**
 * Calls to Twilio's Conversations API within the time of one webhook, by Twilio's helper library:
 * https://www.twilio.com/docs/conversations/api
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import type {
  Context,
  EnvironmentVariables,
  TwilioClient,
} from '@twilio-labs/serverless-runtime-types/types';

/** Twilio waits 5 s: https://www.twilio.com/docs/conversations/conversations-webhooks. The rest is for the way. */
const ANSWER_WITHIN_MS = 4500;
/** How long one call may take: with an API that takes nearly as long, two after each other are still made. */
const CALL_MAX_MS = 2000;
/** After an attempt that failed, others have to end by then, so that an API that hangs holds no place for longer. */
const RETRIED_WITHIN_MS = 3000;
/** The pause before the second call; it doubles from call to call. */
const FIRST_PAUSE_MS = 200;
/** After so many events in a row without an answer, none calls the API for a while: each has called twice, if it had the time. */
const UNANSWERED_MAX = 1;
/** A connection that has been idle for longer may be dead: an instance is frozen between two events. */
const CLIENT_IDLE_MAX_MS = 20_000;
/** The conversation is still being created: https://www.twilio.com/docs/api/errors/50386 */
const CONVERSATION_INITIALIZING = 50386;

/** In the log. */
const API = "Twilio's API";

/** A call that failed: with Twilio's status and code, and nothing personal. */
export class ConversationsApiError extends Error {
  /**
   * @param isTransient whether the same call may succeed later
   * @param isBusy whether any other call may fail just so, until then
   */
  constructor(
    message: string,
    readonly isTransient: boolean,
    readonly isBusy: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Ends the request that is made in its context: the helper library itself cannot end one. */
const requestSignal = new AsyncLocalStorage<AbortSignal>();
/** The client of this warm instance, so that not every event pays for a TLS handshake. */
let cached: { account: string; client: TwilioClient; usedAt: number } | undefined;

/** What an attempt at something gets: the API of the account, and what makes one request of it. */
export interface Attempt {
  v1: TwilioClient['conversations']['v1'];
  /** Makes a request, in the time that is left for it. */
  request<R>(send: () => Promise<R>): Promise<R>;
  /** An earlier attempt has failed, and may have been carried out all the same. */
  mayBeDone: boolean;
}

/**
 * Makes the calls to Twilio of one event, unless Twilio's API is known not to answer.
 *
 * @param startedAt when the event came in, by `performance.now()`
 * @throws ConversationsApiError; what `act` throws
 */
export async function callConversations<T>(
  context: Context<EnvironmentVariables>,
  startedAt: number,
  act: (api: ConversationsApi) => Promise<T>,
): Promise<T> {
  const { breakCircuit }: typeof import('./circuit-breaker.private') = require(
    Runtime.getAssets()['/circuit-breaker.js']?.path ?? '/circuit-breaker.js',
  );
  // An event whose look-up took its time cannot tell whether Twilio answers.
  const hasTime = startedAt + ANSWER_WITHIN_MS - performance.now() >= CALL_MAX_MS;
  try {
    return await breakCircuit(
      API,
      false,
      async (limitMs) => {
        const api = conversationsApi(context, startedAt, performance.now() + limitMs);
        try {
          return await act(api);
        } finally {
          api.end();
        }
      },
      hasTime ? UNANSWERED_MAX : Number.POSITIVE_INFINITY,
    );
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== 'NOT_ASKED') throw error;
    throw new ConversationsApiError(`${API}: ${message}`, true, true, { cause: error });
  }
}

/** The calls of one event. */
export type ConversationsApi = ReturnType<typeof conversationsApi>;

function conversationsApi(context: Context<EnvironmentVariables>, startedAt: number, endsAt: number) {
  const answered = new AbortController();
  /** What requests have failed with: anything else that an attempt throws is a bug. */
  const failures = new Set<unknown>();
  let hasFailed = false;
  const timeLeftMs = () =>
    Math.min(endsAt, startedAt + (hasFailed ? RETRIED_WITHIN_MS : ANSWER_WITHIN_MS)) - performance.now();

  async function request<R>(send: () => Promise<R>): Promise<R> {
    const timeUp = AbortSignal.timeout(Math.ceil(Math.max(0, Math.min(CALL_MAX_MS, timeLeftMs()))));
    try {
      return await requestSignal.run(AbortSignal.any([answered.signal, timeUp]), send);
    } catch (error) {
      const failure = timeUp.aborted
        ? Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
        : error;
      failures.add(failure);
      throw failure;
    }
  }

  return {
    /**
     * Calls Twilio, and again after transient errors while there is time; after a dropped connection on a new one.
     *
     * @returns what the attempt returns; `undefined` if what it is about is not there (404)
     * @throws ConversationsApiError; what the attempt throws beside failed requests
     */
    async call<T>(attempt: (of: Attempt) => Promise<T>): Promise<T | undefined> {
      let mayBeDone = false;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
        try {
          const { v1 } = clientOf(context).conversations;
          return await attempt({ v1, request, mayBeDone });
        } catch (cause) {
          if (!failures.has(cause)) throw cause;
          // The library throws Twilio's status and code; if no answer came, or half of one, there is no status.
          const { status, code } = cause as { status?: number; code?: number | string };
          if (status === 404) return undefined;
          if (!status && !answered.signal.aborted) forgetClient();
          // Twilio has not begun to process it: https://www.twilio.com/docs/api/errors/20429
          const isRefused = status === 429 || code === CONVERSATION_INITIALIZING;
          const isTransient = !status || status >= 500 || isRefused;
          mayBeDone ||= !isRefused;
          hasFailed = true;
          const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
          if (!isTransient || jitteredMs >= timeLeftMs()) {
            const reason = `${API}: ${status ?? 'no complete answer'}${code ? ` (${code})` : ''}`;
            const isBusy = isTransient && code !== CONVERSATION_INITIALIZING;
            throw new ConversationsApiError(reason, isTransient, isBusy, { cause });
          }
          await setTimeout(jitteredMs, undefined, { signal: answered.signal });
        }
      }
    },
    /** Ends what is under way: no call may outlive the answer to the webhook. */
    end: () => answered.abort(),
  };
}

function clientOf(context: Context<EnvironmentVariables>): TwilioClient {
  const account = `${context.ACCOUNT_SID} ${context.AUTH_TOKEN}`;
  // By the clock, whichever way it was set: `performance.now()` may stand still while an instance is frozen.
  const now = Date.now();
  if (cached?.account !== account || Math.abs(now - cached.usedAt) > CLIENT_IDLE_MAX_MS) {
    forgetClient();
    cached = { account, client: newClient(context), usedAt: now };
  }
  cached.usedAt = now;
  return cached.client;
}

function newClient(context: Context<EnvironmentVariables>): TwilioClient {
  try {
    const client = context.getTwilioClient({ timeout: ANSWER_WITHIN_MS });
    axiosOf(client)?.interceptors.request.use((config) => {
      config.signal = requestSignal.getStore();
      return config;
    });
    return client;
  } catch (cause) {
    const problem = 'no Twilio client: ACCOUNT_SID and AUTH_TOKEN are not set';
    throw new ConversationsApiError(problem, false, false, { cause });
  }
}

/** Lets go of the client and its connections, but not of those that are in use. */
function forgetClient() {
  const { client } = cached ?? {};
  cached = undefined;
  const agent = client && axiosOf(client)?.defaults.httpsAgent;
  for (const socket of Object.values(agent?.freeSockets ?? {}).flat())
    (socket as import('node:net').Socket).destroy();
}

/** How the helper library sends requests: https://www.twilio.com/docs/libraries/reference/twilio-node/ */
function axiosOf({ httpClient }: TwilioClient) {
  return (httpClient as import('twilio').RequestClient | undefined)?.axios;
}
