import { describeError, type Hints, isRefused, isTransient, type TwilioError } from '../../twilio/errors';

/**
 * What helps against a failure: to put something right first, to wait, to run it again; or nothing, since the same call fails
 * each time.
 */
export type Remedy = 'fix' | 'later' | 'again' | 'none';

/** A failure in words, and what helps against it. */
export interface Described {
  reason: string;
  remedy: Remedy;
}

/** What Twilio answered, and what to do about it. */
export function describeTwilioError(error: unknown, hints: Hints = {}): Described {
  const { status = 0, code } = error as TwilioError;
  const reason = describeError(error, 'Twilio', hints);
  if (isRefused(error) || hints[status]) return { reason, remedy: 'fix' };
  if (status >= 500) {
    return {
      reason: `Twilio has a problem (${status}): try later, https://status.twilio.com`,
      remedy: 'later',
    };
  }
  if (status === 429) return { reason: `${reason}: it is too busy`, remedy: 'later' };
  if (!status || isTransient(error)) return { reason, remedy: 'again' };
  const see = code ? `: see https://www.twilio.com/docs/api/errors/${code}` : '';
  return { reason: `Twilio answered ${status} and will fail again${see}`, remedy: 'none' };
}

/** What to do after a run that has ended before all was done. @param goesOn whether the next one goes on there */
export function nextStep(remedy: Remedy, goesOn: boolean): string {
  const how = goesOn ? ': it goes on where it was.' : '.';
  switch (remedy) {
    case 'fix':
      return `\nPut that right, then run it again${how}`;
    case 'later':
      return `\nRun it again later${how}`;
    case 'again':
      return `\nRun it again${how}`;
    case 'none':
      return '';
  }
}

/** What to do about conversations that failed in a run that went through all. */
export function whatIsLeft(remedies: Set<Remedy>): string {
  if (remedies.has('fix')) return 'Put that right, then run it again: what failed is left to do.';
  if (remedies.has('later') || remedies.has('again')) return 'What failed is left to do: run it again.';
  return 'Running it again does not help: what failed will fail again.';
}
