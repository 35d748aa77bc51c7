import { Problem } from '../../problem';
import { describeError, type TwilioError } from '../../twilio/errors';
import type { Caller } from '../command-line';

const HINTS = { 404: 'is the SID that of a Conversations service of your account?' };

/** What has become of an account that has only been read. */
export const unchanged = () => 'Nothing has been changed';

/**
 * Asks Twilio.
 *
 * @param state what has become of the account, when it fails
 * @throws Problem if it fails, after words on that
 */
export async function explain<T>({ signal }: Caller, state: () => string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    // A sentence of its own, such as that nothing is deployed.
    if (error instanceof Problem && state === unchanged && !signal.aborted) throw error;
    const reason = signal.aborted ? 'interrupted' : reasonOf(error, 'Conversations');
    throw new Problem(`${state()}: ${reason}`, { cause: error });
  }
}

/** Why it failed. @throws the error if it is a bug */
export function reasonOf(error: unknown, product: string): string {
  if (error instanceof Problem) return error.message;
  const { status, code } = error as TwilioError;
  if (!status && !code) throw error;
  return describeError(error, product, HINTS);
}
