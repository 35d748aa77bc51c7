/** An error of Twilio's API, with `status` and its own `code`; or of the connection, without `status`. */
export type TwilioError = Error & { status?: number; code?: number | string };

/** What an HTTP status means in a command that gets it, such as `{ 404: 'is SYNC_SERVICE_SID a Sync service?' }`. */
export type Hints = Record<number, string>;

/** https://www.twilio.com/docs/api/errors/50386: the conversation is still being created. */
const STILL_INITIALIZING = 50386;

/**
 * Whether the same call may succeed later: too many requests, an error on Twilio's side, no answer.
 * https://www.twilio.com/docs/usage/rest-api-best-practices
 */
export function isTransient(error: unknown): boolean {
  const { status = 500, code } = error as TwilioError;
  return status === 429 || status >= 500 || code === STILL_INITIALIZING;
}

/** Whether Twilio refuses the credentials, so that no other call will succeed either. */
export function isRefused(error: unknown): boolean {
  return [401, 403].includes((error as TwilioError).status ?? 0);
}

/** What Twilio answered and what to do about it, without anything that the call was about. */
export function describeError(error: unknown, product: string, hints: Hints = {}): string {
  const { status, code } = error as TwilioError;
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

function isTimeout(error: unknown): boolean {
  return (error as Error).name === 'TimeoutError';
}
