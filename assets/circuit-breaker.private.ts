/**
 * A circuit breaker around what can fail, a CRM or Twilio's API: once it does not answer, it is not asked for a while.
 * Otherwise each event would hold a place for as long as an answer may take, Twilio runs 30 executions of a service at
 * once, and the messages beyond them are lost: see docs/operations.md. The state is that of one instance; each learns for
 * itself. The numbers below weigh messages that are lost in an outage against customers who are not linked while answers are
 * slow: see docs/measurements.md.
 */

/** After so many look-ups in a row that were not answered, the CRM is not asked. */
const FAILURES_MAX = 2;
/** How long a look-up may take after one that was not answered. */
const AFTER_FAILURE_MS = 1000;
/** A look-up that had less time says nothing about the CRM. */
const SHORT_MS = 500;
/** The pause before it is tried whether the CRM answers again; it doubles from try to try. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 8000;
/** A `Retry-After` that no event can wait for: the CRM is left alone so long, but not longer than that. */
const REFUSAL_MS = 5000;
const LONGEST_REFUSAL_MS = 30_000;
/** How long a try may take: one that a customer's message waits for, and others. More would take all places once more. */
const AWAITED_TRY_MS = 250;
const TRY_MS = 500;
/** A source that was always slow gets more time, and so does a try after a quiet period: few events take up few places. */
const OF_USUAL = 1.5;
const OF_IDLE = 1 / 4;
const AWAITED_OF_IDLE = 1 / 12;
const TRY_MAX_MS = 2000;
/** One in this many tries that no message waits for has all its time, so that a source that has become slow is noticed as well. */
const WHOLE_TRIES = 20;
const NO_LIMIT = Number.POSITIVE_INFINITY;
/** What Node and other HTTP clients say if there is no connection. */
const NO_CONNECTION = /^(ETIMEDOUT|ECONN\w+|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST\w+|ENET\w+|UND_ERR_\w*TIMEOUT)$/;

/** An error of a CRM that did not answer the question, or not in time. */
export interface Unanswered extends Error {
  code?: string;
  /** The CRM is too busy to answer. */
  isBusy?: boolean;
  /** How long the CRM wants to be left alone. */
  retryAfterMs?: number;
}

interface Circuit {
  failures: number;
  answeredAt: number;
  isOpen: boolean;
  /** When the CRM may be tried, and the pause after that. */
  tryAt: number;
  pauseMs: number;
  isTrying: boolean;
  /** When the pause began by the clock, and how long it is: `performance.now()` may stand still while an instance is frozen. */
  pausedAt: number;
  pausedMs: number;
  /** How long an answer takes, as a running average. */
  usualMs: number;
}

/** By what is asked. */
const circuits = new Map<string, Circuit>();
/** The look-ups that are under way. */
const underWay = new Map<string, Promise<unknown>>();

/** Looks something up, unless that is under way already: then both get the same answer. */
export function askOnce<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const asked = underWay.get(key) as Promise<T> | undefined;
  if (asked) return asked;
  const answer = ask().finally(() => underWay.delete(key));
  underWay.set(key, answer);
  return answer;
}

/**
 * Asks a CRM or an API, unless it is known not to answer, or one at a time to try whether it does again.
 *
 * @param source what is asked: its name in the log
 * @param isAwaited whether a customer's message waits for the answer
 * @param ask is told how many milliseconds it has at the most
 * @param failuresMax how often in a row it is not answered until it is not asked
 * @throws Error at once if the CRM is not asked; what `ask` throws
 */
export async function breakCircuit<T>(
  source: string,
  isAwaited: boolean,
  ask: (limitMs: number) => Promise<T>,
  failuresMax = FAILURES_MAX,
): Promise<T> {
  const circuit = circuitOf(source);
  const startedAt = performance.now();
  const isTry = circuit.isOpen;
  if (isTry && (circuit.isTrying || isPausing(circuit))) {
    throw Object.assign(new Error('not asked, since it has not answered lately'), { code: 'NOT_ASKED' });
  }
  const limitMs = limitOf(circuit, isAwaited);
  circuit.isTrying = isTry;
  try {
    const answer = await ask(limitMs);
    const tookMs = performance.now() - startedAt;
    circuit.usualMs = circuit.usualMs ? (3 * circuit.usualMs + tookMs) / 4 : tookMs;
    answered(source, circuit, isTry);
    return answer;
  } catch (error) {
    if (!isUnanswered(error)) answered(source, circuit, isTry);
    else if (isTry) pause(circuit, error);
    else count(source, circuit, error, startedAt, failuresMax);
    throw error;
  } finally {
    if (isTry) circuit.isTrying = false;
  }
}

function circuitOf(source: string): Circuit {
  let circuit = circuits.get(source);
  if (!circuit) {
    circuit = {
      failures: 0,
      answeredAt: 0,
      isOpen: false,
      tryAt: 0,
      pauseMs: FIRST_PAUSE_MS,
      isTrying: false,
      pausedAt: 0,
      pausedMs: 0,
      usualMs: 0,
    };
    circuits.set(source, circuit);
  }
  return circuit;
}

function isPausing({ tryAt, pausedAt, pausedMs }: Circuit): boolean {
  // A clock that is set back ends it, too.
  return performance.now() < tryAt && Math.abs(Date.now() - pausedAt) < pausedMs;
}

function limitOf({ isOpen, failures, usualMs, pausedAt, pausedMs }: Circuit, isAwaited: boolean): number {
  if (isOpen ? !isAwaited && Math.random() * WHOLE_TRIES < 1 : failures === 0) return NO_LIMIT;
  const shortestMs = isOpen ? (isAwaited ? AWAITED_TRY_MS : TRY_MS) : AFTER_FAILURE_MS;
  const idleMs = isOpen ? Math.abs(Date.now() - pausedAt) - pausedMs : 0;
  const ofIdleMs = idleMs * (isAwaited ? AWAITED_OF_IDLE : OF_IDLE);
  return Math.max(shortestMs, Math.min(TRY_MAX_MS, Math.max(usualMs * OF_USUAL, ofIdleMs)));
}

/** A refusal is an answer: only a CRM that says nothing, or that it is too busy, has not answered. */
function isUnanswered(error: unknown): error is Unanswered {
  return Boolean(Object(error).isBusy) || isSilent(error);
}

/** Whether there was no answer at all. */
function isSilent(error: unknown): boolean {
  const { name, code, cause } = Object(error);
  const codes = [code, Object(cause).code];
  return name === 'TimeoutError' || codes.some((of) => NO_CONNECTION.test(String(of)));
}

function count(source: string, circuit: Circuit, error: Unanswered, startedAt: number, failuresMax: number) {
  if (circuit.isOpen) return;
  const { code, isBusy, retryAfterMs = 0 } = error;
  const now = performance.now();
  const isLate = (code === 'ETIMEDOUT' || isBusy) && now - startedAt < SHORT_MS;
  // If another look-up was answered meanwhile, the CRM is slow or busy, and not away.
  if (!isLate && circuit.answeredAt <= startedAt) circuit.failures++;
  // An error of one record is one, however soon it is asked for again.
  const most = isSilent(error) ? failuresMax : Math.max(failuresMax, FAILURES_MAX);
  if (circuit.failures < most && retryAfterMs < REFUSAL_MS) return;
  pause(circuit, error);
  console.error(`${source}: does not answer, or is too busy: it is asked only now and then until it answers`);
}

function pause(circuit: Circuit, { retryAfterMs = 0 }: Unanswered) {
  const jitteredMs = circuit.pauseMs * (0.75 + Math.random() / 2);
  circuit.pausedMs = Math.max(jitteredMs, Math.min(retryAfterMs, LONGEST_REFUSAL_MS));
  circuit.pausedAt = Date.now();
  circuit.tryAt = performance.now() + circuit.pausedMs;
  circuit.isOpen = true;
  circuit.pauseMs = Math.min(2 * circuit.pauseMs, LONGEST_PAUSE_MS);
}

function answered(source: string, circuit: Circuit, isTry: boolean) {
  circuit.answeredAt = performance.now();
  circuit.failures = 0;
  // An answer to what was asked before the circuit opened says nothing about now.
  if (!isTry) return;
  Object.assign(circuit, { isOpen: false, pauseMs: FIRST_PAUSE_MS });
  console.log(`${source}: answers again`);
}
