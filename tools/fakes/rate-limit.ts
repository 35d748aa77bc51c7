import type { ErrorAnswer } from './fake-server';

/** How many requests an API takes, by its own documentation. */
export interface RateLimit {
  perSecond: number;
  /** For how long it refuses everything once that is exceeded. */
  refusalMs?: number;
}

/** https://developers.hubspot.com/docs/api-reference/search/guide, https://airtable.com/developers/web/api/rate-limits */
export const RATE_LIMITS = {
  hubspot: { perSecond: 5 },
  airtable: { perSecond: 5, refusalMs: 30_000 },
} satisfies Record<string, RateLimit>;

/** Counts requests, and tells which of them are too many. */
export function limitRate({ perSecond, refusalMs = 0 }: RateLimit): () => ErrorAnswer | undefined {
  let taken: number[] = [];
  let refusedUntil = 0;
  return () => {
    const now = performance.now();
    taken = taken.filter((at) => at > now - 1000);
    if (now >= refusedUntil && taken.length < perSecond) {
      taken.push(now);
      return undefined;
    }
    if (now >= refusedUntil) refusedUntil = now + refusalMs;
    return { status: 429 };
  };
}
