import type { Waiting } from './waiting';

/** Why a look-up failed: what the `cause` of the CRM mapping's error says. */
export interface Failure {
  reason: string;
  status?: number;
  /** `NOT_ASKED` if the circuit breaker of the Functions did not let it through. */
  code?: string;
  /** How long the CRM wants to be left alone. */
  retryAfterMs?: number;
}

/** A CRM that has answered nothing for so long counts as down. */
const DOWN_MS = 30_000;
/** One or two customers may be what the CRM fails for: for so many, it fails for all. */
const CUSTOMERS_MIN = 3;
/**
 * A CRM that refuses (429), and one that is asked for one or two customers alone, does not get there: it counts as down after so
 * many given up in a row.
 */
const GIVEN_UP_MAX = 10;

/**
 * Follows how a CRM fails: how long it has answered nobody, until when it refuses, and whether it counts as down. What is waited
 * for is noted.
 */
export class CrmTroubles {
  private failing = new Set<string>();
  private givenUpInARow = 0;
  private downAt = 0;
  private refusedUntil = 0;

  constructor(
    private readonly waiting: Waiting,
    private readonly downMs = DOWN_MS,
  ) {}

  /** How long the CRM is still to be left alone. */
  pauseMs(): number {
    return this.refusedUntil - performance.now();
  }

  /** It has found somebody, nobody, or something that is wrong for this customer. */
  answered() {
    this.failing.clear();
    this.givenUpInARow = 0;
    this.waiting.end('crm');
  }

  /** It has refused (429), which is an answer. */
  refused(pauseMs: number) {
    this.failing.clear();
    this.refusedUntil = Math.max(this.refusedUntil, performance.now() + pauseMs);
    this.waiting.begin('crm', () => {
      const seconds = Math.ceil(this.pauseMs() / 1000);
      return seconds > 0 ? `The CRM is busy: asked again in ${seconds} s` : 'The CRM is busy: asked again';
    });
  }

  /** It has failed for a customer, and may answer later. */
  failed(key: string, { status }: Failure) {
    if (this.failing.size === 0) this.downAt = performance.now() + this.downMs;
    this.failing.add(key);
    const until = new Date(Date.now() + this.leftMs()).toTimeString().slice(0, 'hh:mm:ss'.length);
    const what = status ? `answers ${status}` : 'does not answer';
    this.waiting.begin('crm', () => `The CRM ${what}: trying until ${until}`);
  }

  /** A customer is not looked up again. @returns whether the CRM counts as down */
  gaveUp(): boolean {
    this.waiting.end('crm');
    return this.failsForAll() || ++this.givenUpInARow >= GIVEN_UP_MAX;
  }

  /** Whether it fails, as far as can be told, for all customers. */
  failsForAll(): boolean {
    return this.failing.size >= CUSTOMERS_MIN;
  }

  /** How long it may go on failing for all until it counts as down. */
  leftMs(): number {
    return this.downAt - performance.now();
  }
}
