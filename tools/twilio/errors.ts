/** An error of Twilio's API, with `status` and its own `code`; or of the connection, without `status`. */
export type TwilioError = Error & {
  status?: number;
  code?: number | string;
  /** Of a request that changes something: Twilio may have done it all the same. */
  mayBeDone?: boolean;
};

/** What an HTTP status means in a command that gets it, such as `{ 404: 'is SYNC_SERVICE_SID a Sync service?' }`. */
export type Hints = Record<number, string>;

/** https://www.twilio.com/docs/api/errors/50386: the conversation is still being created. */
const STILL_INITIALIZING = 50386;
/** The code of an answer that is not as Twilio describes it: a proxy's page, or half of one. */
const MALFORMED = 'malformed';
/** The connection never came to be. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/**
 * Whether the same call may succeed later: too many requests, an error on Twilio's side, no answer.
 * https://www.twilio.com/docs/usage/rest-api-best-practices
 */
export function isTransient(error: unknown): boolean {
  const { status = 500, code } = error as TwilioError;
  return status === 429 || status >= 500 || code === STILL_INITIALIZING;
}

/** Whether Twilio has certainly not done what it was asked for. */
export function isUndone(error: unknown): boolean {
  const { status = 0, code } = error as TwilioError;
  return (status >= 400 && status < 500) || NOT_SENT.includes(String(code));
}

/** Whether Twilio's answer was not as Twilio describes it. */
export function isMalformed(error: unknown): boolean {
  return (error as TwilioError).code === MALFORMED;
}

/** The error of an answer that Twilio would not give. */
export function malformedAnswer(cause?: unknown): TwilioError {
  return Object.assign(new Error('The answer is not as Twilio describes it', { cause }), { code: MALFORMED });
}

/** Whether Twilio refuses the credentials, so that no other call will succeed either. */
export function isRefused(error: unknown): boolean {
  return [401, 403].includes((error as TwilioError).status ?? 0);
}

/** An answer with what Twilio always sends: without that, what it lacks would mean nothing. @throws TwilioError */
export function described<T>(answer: T, always: keyof T): T {
  if (!answer[always]) throw malformedAnswer();
  return answer;
}

/** What Twilio answered and what to do about it, without anything that the call was about. */
export function describeError(error: unknown, product: string, hints: Hints = {}): string {
  const { status, code } = error as TwilioError;
  if (isMalformed(error)) {
    return `${product} answered something that is not Twilio's: run it again. Is a proxy in between?`;
  }
  if (!status) {
    // The code of a time-out is a number of the DOM's, which tells nobody anything.
    const reason = typeof code === 'string' ? code : isTimeout(error) ? 'in time' : 'interrupted';
    return `no answer from ${product} (${reason}): can this machine reach Twilio?`;
  }
  if (isRefused(error)) {
    return `${product} answered ${status}: are ACCOUNT_SID and AUTH_TOKEN those of your account?`;
  }
  return hints[status]
    ? `${product} answered ${status}: ${hints[status]}`
    : `${product} answered ${status} (${code})`;
}

/** Whether the time was up, which a signal tells as its reason. */
export function isTimeout(error: unknown): boolean {
  return (error as Error).name === 'TimeoutError';
}
