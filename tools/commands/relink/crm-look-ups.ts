import { setTimeout } from 'node:timers/promises';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import PQueue from 'p-queue';
import type { Address } from '../../../assets/address.private';
import type { FrontlineCustomer } from '../../../assets/frontline.private';
import type { Crm } from '../../runtime/in-process-runtime';
import type { CrmContext } from './crm-context';
import { CrmTroubles, type Failure } from './crm-troubles';
import { Halt } from './halt';
import type { Remedy } from './remedy';
import { Waiting } from './waiting';

export interface CrmPace {
  /** How many look-ups a second. */
  perSecond: number;
  signal: AbortSignal;
  /** The pause after the first failure, in ms; it doubles from failure to failure. */
  firstPauseMs?: number;
  /** Where it is noted that the CRM keeps the run waiting. */
  waiting?: Waiting;
  /** How long the CRM may answer nobody, in ms. */
  downMs?: number;
}

/** How many addresses are remembered, so that memory does not grow with the number of conversations: some 30 MB. */
const REMEMBERED_MAX = 100_000;
const AT_A_TIME = 5;
/** How often an address is looked up, unless the CRM fails for all: it may be refused for a minute, and fail for some ten seconds. */
const TRIES = { refused: 7, failed: 5 };
const FIRST_PAUSE_MS = 1000;
/** A CRM that wants to be left alone for longer is asked again before: Airtable wants half a minute. */
const REFUSAL_MAX_MS = 60_000;

/** A look-up that failed: with the reason, and nothing personal. */
export class LookUpError extends Error {
  override name = 'LookUpError';

  constructor(
    message: string,
    readonly remedy: Remedy,
  ) {
    super(message);
  }
}

/**
 * Looks up customers by the CRM mapping of the Functions: each address once, at the CRM's pace, which slows down when the CRM
 * refuses (429).
 *
 * @throws LookUpError if the CRM fails for an address; Halt if it refuses the credentials, or fails for all of them
 */
export function lookUps(crm: Crm, context: CrmContext, pace: CrmPace) {
  const { perSecond, signal, firstPauseMs = FIRST_PAUSE_MS, waiting = new Waiting(), downMs } = pace;
  const everyMs = perSecond === Number.POSITIVE_INFINITY ? 0 : 1000 / perSecond;
  const queue = new PQueue({
    concurrency: AT_A_TIME,
    ...(everyMs > 0 && { intervalCap: 1, interval: everyMs }),
  });
  const remembered = new Map<
    string,
    Promise<FrontlineCustomer | undefined> | FrontlineCustomer | undefined
  >();
  let asked = 0;
  const troubles = new CrmTroubles(waiting, downMs);
  let lastFailure: Failure | undefined;

  /** Why the CRM failed: if it was not asked, then because of what it had said before. */
  function failureOf({ message: reason, cause }: Error): Failure {
    const { status, code, retryAfterMs } = Object(cause);
    if (code === 'NOT_ASKED') {
      // It has not come to the CRM.
      asked--;
      return lastFailure ? { ...lastFailure, retryAfterMs: 0 } : { reason, code };
    }
    lastFailure = { reason, status, code, retryAfterMs };
    return lastFailure;
  }

  async function ask(address: Address, proxyAddress: unknown): Promise<FrontlineCustomer | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        const customer = await queue.add(
          async () => {
            // What waits its turn waits for all: a CRM that refuses refuses everybody.
            const pauseMs = troubles.pauseMs();
            if (pauseMs > 0) await setTimeout(pauseMs, undefined, { signal });
            signal.throwIfAborted();
            asked++;
            return crm.findCustomer(address, context, { startedAt: performance.now(), proxyAddress });
          },
          // What waits its turn would hold up the end of the run for as long as that takes.
          { signal },
        );
        troubles.answered();
        return customer;
      } catch (error) {
        signal.throwIfAborted();
        const failure = failureOf(error as Error);
        const { reason, status = 0, code, retryAfterMs = 0 } = failure;
        if (status === 401 || status === 403) throw new Halt(reason, 'fix');
        const isRefused = status === 429;
        const isTransient = isRefused || status >= 500 || Boolean(code);
        // A host that there is not is a setting, or a machine that is not connected.
        const remedy = isTransient && code !== 'ENOTFOUND' ? 'later' : 'fix';
        const pauseMs = Math.max(firstPauseMs * 2 ** (tries - 1), Math.min(retryAfterMs, REFUSAL_MAX_MS));
        if (!isTransient) {
          // The CRM has answered, with something that is wrong for this customer.
          troubles.answered();
          throw new LookUpError(reason, remedy);
        }
        if (isRefused) troubles.refused(pauseMs);
        else troubles.failed(address.key, failure);
        const failsForAll = troubles.failsForAll();
        const isOver = failsForAll
          ? troubles.leftMs() <= 0
          : tries >= TRIES[isRefused ? 'refused' : 'failed'];
        if (isOver) {
          if (troubles.gaveUp()) throw new Halt(`The CRM fails for every customer: ${reason}`, remedy);
          throw new LookUpError(reason, remedy);
        }
        if (isRefused) continue;
        const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
        const waitMs = failsForAll ? Math.min(jitteredMs, troubles.leftMs()) : jitteredMs;
        await setTimeout(waitMs, undefined, { signal });
      }
    }
  }

  /** The country that numbers without a country code are read in decides who is found. */
  const keyOf = ({ key }: Address, proxyAddress: string | undefined) => {
    const proxy = crm.parseAddress(proxyAddress)?.key;
    const country = context.CRM_DEFAULT_COUNTRY ? '' : proxy && parsePhoneNumberFromString(proxy)?.country;
    return `${key} ${country ?? ''}`;
  };

  return {
    /** @param proxyAddress Twilio's number that the customer wrote to */
    async find(address: Address, proxyAddress: string | undefined): Promise<FrontlineCustomer | undefined> {
      const key = keyOf(address, proxyAddress);
      if (remembered.has(key)) return remembered.get(key);
      const asking = ask(address, proxyAddress);
      remembered.set(key, asking);
      const [oldest] = remembered.keys();
      if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
      try {
        const customer = await asking;
        remembered.set(key, customer);
        return customer;
      } catch (error) {
        remembered.delete(key);
        throw error;
      }
    },
    /** How many look-ups have been made. */
    asked: () => asked,
  };
}
