/** The highest rate that was carried, by `highestRate`. */
export interface HighestRate {
  /** Conversations a second; 0 if none at all was carried. */
  perSecond: number;
  /** Higher ones were not tried. */
  isAtLeast: boolean;
}

/** How near to each other the highest rate that is carried and the lowest one that is not have to be. */
const NEARNESS = 1.15;
/** The first step away from where the search begins; it grows from step to step. */
const FIRST_STEP = 1.2;

/**
 * Finds the highest rate that is carried, in whole conversations a second.
 *
 * @param guess where the search begins
 * @param most higher rates are not tried
 */
export async function highestRate(
  carries: (perSecond: number) => Promise<boolean>,
  guess: number,
  most: number,
): Promise<HighestRate> {
  let carried = 0;
  let refused = Number.POSITIVE_INFINITY;
  let step = FIRST_STEP;
  for (let rate = Math.min(guess, most); ; ) {
    if (await carries(rate)) carried = rate;
    else refused = rate;
    if (carried === most) return { perSecond: most, isAtLeast: true };
    const isNear = refused - carried <= 1 || (carried > 0 && refused / carried <= NEARNESS);
    if (isNear) return { perSecond: carried, isAtLeast: false };
    if (refused === Number.POSITIVE_INFINITY) {
      rate = Math.min(most, Math.max(carried + 1, Math.round(carried * step)));
    } else if (carried === 0) rate = Math.max(1, Math.min(refused - 1, Math.round(refused / step)));
    else rate = Math.round(Math.sqrt(carried * refused));
    if (rate === carried) rate++;
    if (rate === refused) rate--;
    step **= 2;
  }
}
