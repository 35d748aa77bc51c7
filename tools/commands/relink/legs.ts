import type { Checkpoint } from './checkpoint';
import type { Scope } from './scope';
import { STATES, type State } from './states';

/** The conversations of a state that were created from a day on, up to a day. */
export interface Leg {
  state: State;
  since?: string;
  until: string;
}

/** What a run goes through. */
export interface Legs {
  /** What was created since an interrupted run began, in the states and days that it has passed. */
  newer: Leg[];
  /** What that run had not come to yet, or everything. */
  rest: [Leg, ...Leg[]];
  /** Where the interrupted run had come to; not there if it had done all but what failed. */
  goesOnFrom?: { state: State; day: string };
}

/** @param kept what is kept of an interrupted run */
export function legsOf({ since, until }: Scope, today: string, kept?: Checkpoint): Legs {
  const last = until ?? today;
  const all = STATES.map((state): Leg => ({ state, since, until: last })) as Legs['rest'];
  if (!kept) return { newer: [], rest: all };

  const { state, day, began } = kept;
  const at = STATES.indexOf(state);
  // Of a state that was just begun, the newest have not been passed.
  const isBegun = day !== (until ?? began);
  if (at === 0 && !isBegun) return { newer: [], rest: all };
  const from = since && since > began ? since : began;
  const passed = STATES.slice(0, isBegun ? at + 1 : at);
  return {
    newer: from <= last ? passed.map((state) => ({ state, since: from, until: last })) : [],
    rest: [{ state, since, until: isBegun ? day : last }, ...all.slice(at + 1)],
    goesOnFrom: { state, day },
  };
}
