import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { STATES } from './list-conversations';

/** How far a run has come, so that the next one goes on there. Days and states are kept, since the tokens of pages move. */
const Checkpoint = z.object({
  /** What the run is about: another one does not go on there. */
  scope: z.record(z.string(), z.unknown()),
  state: z.enum(STATES),
  /** The day of creation that is being done, or was done last: newer ones are done. */
  day: z.string(),
  /** The conversations among those done that failed. */
  failed: z.array(z.string()),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** At the top of the project; git ignores it. It holds no name and no number. */
export const CHECKPOINT_FILE = '.relink.json';

/**
 * Where an interrupted run has come to.
 *
 * @returns `undefined` if there was none; `other` if it was about something else, or the file is damaged
 */
export function readCheckpoint(scope: Checkpoint['scope']): Checkpoint | 'other' | undefined {
  let text: string;
  try {
    text = readFileSync(CHECKPOINT_FILE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const checkpoint = Checkpoint.parse(JSON.parse(text));
    return isDeepStrictEqual(checkpoint.scope, scope) ? checkpoint : 'other';
  } catch {
    return 'other';
  }
}

/** Replaces the file in one step: a run that is killed leaves a whole one. */
export function writeCheckpoint(checkpoint: Checkpoint) {
  const made = `${CHECKPOINT_FILE}.new`;
  writeFileSync(made, JSON.stringify(checkpoint));
  renameSync(made, CHECKPOINT_FILE);
}

export function removeCheckpoint() {
  rmSync(CHECKPOINT_FILE, { force: true });
}
