import { type Checkpoint, readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint';
import { STATES } from './list-conversations';
import { Position } from './position';

/** What decides whether a run has a position that is kept. */
export interface Keeping {
  /** It goes on where an interrupted one has come to, unless `restart`. */
  keepsPosition: boolean;
  restart: boolean;
  note(line: string): void;
}

const EVERY_MS = 1000;

/**
 * The position of a run: it begins where an interrupted one about the same has come to, and is kept for the next one.
 *
 * @param scope what the run is about
 * @param until the last day, where it begins otherwise
 */
export function keepPosition({ keepsPosition, restart, note }: Keeping, scope: object, until: string) {
  // As it is read again: without what is not set.
  const about = JSON.parse(JSON.stringify(scope)) as Checkpoint['scope'];
  const kept = keepsPosition && !restart ? readCheckpoint(about) : undefined;
  if (kept === 'other')
    note('The interrupted run was about another account, CRM or days: this one begins anew.');
  const checkpoint = kept === 'other' ? undefined : kept;
  const from = checkpoint ?? { state: STATES[0], day: until };
  if (checkpoint) note(`Going on where the last run has come to: ${from.state}, ${from.day}`);
  const position = new Position(from.state, from.day, checkpoint?.failed);

  let savedAt = performance.now();
  let hasBegun = false;
  function save() {
    // A run that could not even list conversations must not replace the position of one that had come further.
    if (!keepsPosition || !hasBegun) return;
    writeCheckpoint({ scope: about, ...position.get() });
    savedAt = performance.now();
  }
  return {
    position,
    from,
    /** The day that an interrupted run had come to. */
    wentOnFrom: checkpoint?.day,
    /** The conversations that failed in it. */
    failedBefore: checkpoint?.failed ?? [],
    /** Twilio has listed a conversation: from now on, there is something to keep. */
    begin() {
      hasBegun = true;
    },
    save,
    saveFromTimeToTime() {
      if (performance.now() - savedAt >= EVERY_MS) save();
    },
    /** All is done. */
    remove() {
      if (keepsPosition) removeCheckpoint(about);
    },
    /** Whether the next run goes on where this one has come to. */
    isKept: () => keepsPosition && (hasBegun || checkpoint !== undefined),
  };
}
