import { Problem } from '../../problem';
import { describeError, type TwilioError } from '../../twilio/errors';
import type { Caller } from '../command-line';

const HINTS = { 404: 'is the SID that of a Conversations service of your account?' };

/** Asks Twilio. @throws Problem if that fails, after words on what has become of the account */
export async function explain<T>({ signal }: Caller, state: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (signal.aborted) throw new Problem(`${state}: interrupted`, { cause: error });
    if (error instanceof Problem) throw new Problem(`${state}: ${error.message}`, { cause: error });
    const { status, code } = error as TwilioError;
    if (!status && !code) throw error;
    throw new Problem(`${state}: ${describeError(error, 'Conversations', HINTS)}`, { cause: error });
  }
}
