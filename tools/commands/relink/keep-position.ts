import { Problem } from '../../problem';
import {
  CHECKPOINT_FILE,
  type Checkpoint,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from './checkpoint';
import { Halt } from './halt';
import { legsOf } from './legs';
import { Position } from './position';
import type { Scope } from './scope';
import { STATES } from './states';

/** Whether a run keeps its position, and goes on from one. */
export interface Keeping {
  scope: Scope;
  /** It goes on where an interrupted one has come to, unless `restart`. */
  keepsPosition?: boolean;
  restart?: boolean;
  note(line: string): void;
}

const SAVE_EVERY_MS = 1000;
const BEGINS_ANEW = {
  other: 'The interrupted run was about another account, CRM or days',
  damaged: `${CHECKPOINT_FILE}, where the last run's place was kept, is damaged`,
};

/**
 * The position of a run, which goes on where an interrupted one has come to.
 *
 * @param about what the run is about: another one does not go on there
 * @param stop ends the run, if its position cannot be kept
 */
export function keepPosition(
  { scope, keepsPosition = false, restart, note }: Keeping,
  about: object,
  today: string,
  stop: (reason: Halt) => void,
) {
  // As it is after having been written and read.
  const aboutJson: Checkpoint['scope'] = JSON.parse(JSON.stringify(about));
  const kept = keepsPosition && !restart ? readCheckpoint(aboutJson) : undefined;
  if (typeof kept === 'string') note(`${BEGINS_ANEW[kept]}: this one begins anew.`);
  const checkpoint = typeof kept === 'string' ? undefined : kept;
  const legs = legsOf(scope, today, checkpoint);
  const { goesOnFrom } = legs;
  if (goesOnFrom) note(`Going on where the last run has come to: ${goesOnFrom.state}, ${goesOnFrom.day}`);
  const [{ state, until }] = legs.rest;
  const position = new Position(state, until, checkpoint?.failed);

  /** What was created since then is not done yet. */
  let began = checkpoint?.began ?? today;
  let savedAt = performance.now();
  let hasBegun = false;
  let canSave = keepsPosition;
  const change = (file: () => void) => {
    savedAt = performance.now();
    if (!canSave || !hasBegun) return;
    try {
      file();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      canSave = false;
      stop(new Halt(error.message, 'fix'));
    }
  };
  // What could not even be listed must not replace the position of a run that had come further.
  const save = () => change(() => writeCheckpoint({ scope: aboutJson, began, ...position.get() }));
  return {
    legs,
    position,
    /** What failed is taken first. */
    failedBefore: new Set(checkpoint?.failed),
    /** The first conversation is taken. */
    begin() {
      hasBegun = true;
    },
    /** What is newer than an interrupted run is done. */
    haveNewer() {
      began = today;
    },
    save,
    saveFromTimeToTime() {
      if (performance.now() - savedAt >= SAVE_EVERY_MS) save();
    },
    /** The run has gone through everything: what failed is kept for the next one. */
    end() {
      // Also if there was nothing.
      hasBegun = true;
      const failed = [...position.failed];
      const start = { began: today, state: STATES[0], day: scope.until ?? today };
      change(() => {
        if (failed.length > 0) writeCheckpoint({ scope: aboutJson, ...start, failed });
        else removeCheckpoint(aboutJson);
      });
    },
    /** Whether the next run goes on where this one has come to. */
    isKept: () => canSave && (hasBegun || checkpoint !== undefined),
  };
}
