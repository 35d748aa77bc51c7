import { type Finding, ok, warning } from './check';

/** A number that nobody can have: https://www.twilio.com/docs/iam/test-credentials */
export const NOBODY = '+15005550001';

/** What was found at one of the two places: where it is deployed, and here. */
export interface LookUp {
  findings: Finding[];
  /** Why the CRM did not answer; `undefined` if it did, or was not asked. */
  failure?: string;
  isAnswered?: boolean;
}

/** That nobody is known is well only if nobody should be. */
export function judgeUnknown(seen: string, address: string): Finding {
  if (address === NOBODY) return ok(seen);
  const isNumber = /\+\d+$/.test(address);
  return warning(
    seen,
    isNumber
      ? 'Is that number in your CRM, and with a country code? Without one, it is read in the country of --to.'
      : 'Is that address in your CRM?',
  );
}

/** @param own the number that they wrote to, if one is known */
export function knowsNobody(address: string, own: string | undefined): string {
  if (address === NOBODY) return 'answers, and knows nobody by a number that nobody has';
  const who = own ? `that address after a message to ${own}` : 'that address';
  return `answers, and knows nobody by ${who}`;
}
