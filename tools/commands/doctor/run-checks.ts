import { setTimeout } from 'node:timers/promises';
import { Problem } from '../../problem';
import { describeError, type TwilioError } from '../../twilio/errors';
import { type Check, type Finding, problem, skipped, type Verdict } from './check';
import type { Installation } from './installation';

/** What a check has found, and how long it took. */
export interface Checked {
  name: string;
  verdict: Verdict;
  findings: Finding[];
  ms: number;
}

const SEVERITY: Verdict[] = ['ok', 'skipped', 'warning', 'problem'];

/** What kept a check from being made. */
interface Failure {
  failure: Finding;
}

/** Runs checks side by side. None of them is waited for longer than the others. */
export async function runChecks(
  checks: Check[],
  installation: Installation,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Checked[]> {
  const over = new AbortController();
  const timeUp = setTimeout(timeoutMs, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(
    () => undefined,
  );
  const late = timeUp.then((): Failure => {
    const seen = signal.aborted ? 'interrupted' : `no answer within ${timeoutMs / 1000} s`;
    return { failure: problem(seen, 'Run it again: npm run doctor.') };
  });
  const run = await Promise.all(
    checks.map(async (check) => {
      const startedAt = performance.now();
      const found = await Promise.race([findingsOf(check, installation), late]);
      return { name: check.name, found, ms: Math.round(performance.now() - startedAt) };
    }),
  );
  over.abort();
  // What keeps several checks from being made is told by the first of them.
  const tellers = new Map<string, string>();
  return run.map(({ name, found, ms }) => {
    const findings = 'failure' in found ? [toldOnce(name, found.failure, tellers)] : found;
    return { name, verdict: worst(findings), findings, ms };
  });
}

function toldOnce(name: string, failure: Finding, tellers: Map<string, string>): Finding {
  const teller = tellers.get(failure.seen);
  if (teller) return skipped(`not checked: see ${teller}`);
  tellers.set(failure.seen, name);
  return failure;
}

/** The worst verdict of all. Nothing is never well. */
export function worst(of: { verdict: Verdict }[]): Verdict {
  return SEVERITY.findLast((verdict) => of.some((one) => one.verdict === verdict)) ?? 'problem';
}

async function findingsOf(check: Check, installation: Installation): Promise<Finding[] | Failure> {
  try {
    const findings = await check.run(installation);
    if (findings.length === 0) return { failure: problem('it found nothing to look at') };
    return findings;
  } catch (error) {
    return { failure: problem(describeFailure(error)) };
  }
}

/** What a Problem says about Twilio is said anew, so that it is the same for all checks. */
function describeFailure(error: unknown): string {
  const origin = error instanceof Problem ? (error.cause ?? error) : error;
  const { status, code } = origin as TwilioError;
  if (status || code) return describeError(origin, 'Twilio');
  return error instanceof Problem ? error.message : `it failed: ${error}`;
}
