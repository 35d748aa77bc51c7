import { type Files, filesOf } from '../load/deployments';
import { type HighestRate, highestRate } from '../load/highest-rate';
import { measureColdMs } from '../load/measure-cold';
import { measureLoad } from '../load/measure-load';
import { CANDIDATES, type Candidate, SITUATIONS, type Situation } from '../load/situations';
import type { Outcome } from '../load/write-to-workers';
import type { Bench } from './load-bench';

/** How many conversations a second are carried in a situation. */
export interface Cell extends HighestRate {
  situation: string;
  candidate: Candidate;
  retries: number;
  /** How many of a hundred customers are linked then. */
  linkedPercent: number;
}

/** Above that, the cores of a small machine are the limit, and not the places. */
const MOST_PER_SECOND = 100;
/** As many are carried by a machine that measures something else beside it. */
const FEW_PER_SECOND = 20;
const RETRIES = [0, 3];
/** How long a rate has to be carried: longer if each event holds its place for seconds, and a pre-event until Twilio gives up. */
const SECONDS = 6;
const BROKEN_SECONDS = 12;
const HELD_SECONDS = 20;

/** Finds how many conversations a second lose no message, in each situation. */
export async function measureRates(bench: Bench) {
  const header = [
    'conversations a second without loss',
    ...CANDIDATES.flatMap((candidate) => RETRIES.map((retries) => `${candidate}, ${retries} retries`)),
  ];
  if (bench.isShort) return { header, rows: [], cells: [] };
  const rows = await Promise.all(
    SITUATIONS.map((situation) =>
      Promise.all(
        CANDIDATES.map(async (candidate) => {
          if (candidate === 'without circuit breakers' && !situation.isBroken) return [];
          const cells: Cell[] = [];
          for (const retries of RETRIES) {
            cells.push(await measureRate(bench, situation, candidate, retries, cells[0]?.perSecond));
          }
          return cells;
        }),
      ),
    ),
  );
  return {
    header,
    rows: rows.map((ofCandidates, i) => [
      SITUATIONS[i]?.name ?? '',
      ...ofCandidates.flatMap((cells) =>
        cells.length > 0 ? cells.map(describeRate) : RETRIES.map(() => ''),
      ),
    ]),
    cells: rows.flat(2),
  };
}

/** As in the table: with how many customers are linked, if not all are. */
export function describeRate({ perSecond, isAtLeast, linkedPercent }: Cell): string {
  if (perSecond === 0) return 'none';
  const linked = linkedPercent < 99 ? `, ${Math.round(linkedPercent)} % linked` : '';
  return `${isAtLeast ? 'at least ' : ''}${perSecond}${linked}`;
}

async function measureRate(
  bench: Bench,
  situation: Situation,
  candidate: Candidate,
  retries: number,
  known: number | undefined,
): Promise<Cell> {
  const files: Files = filesOf(candidate, situation, bench.customers);
  const isSettled = situation.isBroken && candidate === 'ours';
  const brokenSeconds = candidate === 'baseline' ? HELD_SECONDS : BROKEN_SECONDS;
  const seconds = situation.isBroken ? brokenSeconds : SECONDS;
  const guess = known || situation.guesses?.[candidate] || MOST_PER_SECOND;
  const run = guess <= FEW_PER_SECOND ? bench.light : bench.alone;
  let linkedPercent = 0;
  const rate = await run(async () => {
    const coldMs = situation.isCold ? await measureColdMs(files) : undefined;
    const carriesOnce = async (perSecond: number) => {
      const load = { perSecond, seconds, retries };
      const outcomes = await measureLoad(situation, { ...files, coldMs }, load, {
        isSettled,
        stopsAtLoss: true,
      });
      if (outcomes.some(({ isLost }) => isLost)) return false;
      linkedPercent = percentLinked(outcomes, perSecond * seconds);
      return true;
    };
    // A machine that did something else for a moment would lose messages as well.
    const carries = async (perSecond: number) =>
      (await carriesOnce(perSecond)) || (await carriesOnce(perSecond));
    return highestRate(carries, guess, MOST_PER_SECOND);
  });
  const cell = { ...rate, situation: situation.name, candidate, retries, linkedPercent };
  bench.note(`${situation.name}, ${candidate}, ${retries} retries: ${describeRate(cell)}`);
  return cell;
}

function percentLinked(outcomes: Outcome[], count: number): number {
  return (100 * outcomes.filter(({ isLinked }) => isLinked).length) / count;
}
