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
  const checked = await Promise.all(
    checks.map(async (check) => {
      const startedAt = performance.now();
      const late = timeUp.then(() => [
        problem(
          signal.aborted ? 'interrupted' : `no answer within ${timeoutMs / 1000} s`,
          'Run it again: npm run doctor.',
        ),
      ]);
      const findings = await Promise.race([findingsOf(check, installation), late]);
      return {
        name: check.name,
        verdict: worst(findings),
        findings,
        ms: Math.round(performance.now() - startedAt),
      };
    }),
  );
  over.abort();
  return checked;
}

/** The worst verdict of all. */
export function worst(of: { verdict: Verdict }[]): Verdict {
  return SEVERITY.findLast((verdict) => of.some((one) => one.verdict === verdict)) ?? 'ok';
}

async function findingsOf(check: Check, installation: Installation): Promise<Finding[]> {
  try {
    return await check.run(installation);
  } catch (error) {
    if (error instanceof Problem) {
      return [check.name === 'deployment' ? problem(error.message) : skipped('not checked: see deployment')];
    }
    const { status, code } = error as TwilioError;
    return status || code ? [problem(describeError(error, 'Twilio'))] : [problem(`it failed: ${error}`)];
  }
}
