import { describeError, type TwilioError } from '../../twilio/errors';
import type { Installation } from './installation';

/** `skipped`: it could not be checked, for a reason that another check reports. */
export type Verdict = 'ok' | 'warning' | 'problem' | 'skipped';

/** What a check has found. */
export interface Finding {
  verdict: Verdict;
  /** What was seen, with figures; nothing personal but the name of the customer whom --address asks for. */
  seen: string;
  /** What to do about it. */
  fix?: string;
}

/** Something that has to be right for the installation to work. */
export interface Check {
  /** As it is called on the command line. */
  name: string;
  /** What it looks at, for `--list`. */
  about: string;
  /** @throws Problem if it needs a deployment that is not there, TwilioError if Twilio does not answer */
  run(installation: Installation): Promise<Finding[]>;
}

export const ok = (seen: string): Finding => ({ verdict: 'ok', seen });
export const warning = (seen: string, fix?: string): Finding => ({ verdict: 'warning', seen, fix });
export const problem = (seen: string, fix?: string): Finding => ({ verdict: 'problem', seen, fix });
export const skipped = (seen: string): Finding => ({ verdict: 'skipped', seen });

/**
 * What to find if an API refuses that is only a help.
 *
 * @throws the error if it keeps all checks from being made
 */
export function withoutApi(what: string, error: unknown): Finding {
  const { status } = error as TwilioError;
  if (!status || status === 401 || status === 429 || status >= 500) throw error;
  return warning(
    `${what} cannot be read: ${describeError(error, 'Twilio')}`,
    'The rest is checked without them.',
  );
}
