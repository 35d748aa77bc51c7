import { readFileSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Problem } from '../../problem';
import { replaceFile } from '../replace-file';
import { STATES } from './states';

/** How far a run has come, so that the next one goes on there. Days and states are kept, since the tokens of pages move. */
const Checkpoint = z.object({
  /** What the run is about: another one does not go on there. */
  scope: z.record(z.string(), z.unknown()),
  /** The day on which the run began: it does not know what was created later. */
  began: z.iso.date(),
  state: z.enum(STATES),
  /** The day of creation that is being done, or was done last: newer ones are done, up to the day on which the run began. */
  day: z.iso.date(),
  /** The conversations among those done that failed. */
  failed: z.array(z.string().regex(/^CH[0-9a-f]{32}$/i)),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** One for each scope, the one that was written last at the end. */
const Checkpoints = z.array(Checkpoint);

/** At the top of the project; git ignores it. It holds no name and no number. */
export const CHECKPOINT_FILE = '.relink.json';
/** The oldest are dropped: runs from last week on are about other days each time. */
const KEPT_MAX = 20;

/**
 * Where an interrupted run has come to.
 *
 * @returns `undefined` if there was none; `other` if all were about something else
 */
export function readCheckpoint(scope: Checkpoint['scope']): Checkpoint | 'other' | 'damaged' | undefined {
  const kept = readCheckpoints();
  if (kept === 'damaged') return kept;
  return kept.find(isAbout(scope)) ?? (kept.length > 0 ? 'other' : undefined);
}

export function writeCheckpoint(checkpoint: Checkpoint) {
  replaceCheckpoints([...othersThan(checkpoint.scope), checkpoint].slice(-KEPT_MAX));
}

/** Those of other scopes stay. */
export function removeCheckpoint(scope: Checkpoint['scope']) {
  replaceCheckpoints(othersThan(scope));
}

function isAbout(scope: Checkpoint['scope']) {
  return (checkpoint: Checkpoint) => isDeepStrictEqual(checkpoint.scope, scope);
}

function othersThan(scope: Checkpoint['scope']): Checkpoint[] {
  const kept = readCheckpoints();
  return kept === 'damaged' ? [] : kept.filter((checkpoint) => !isAbout(scope)(checkpoint));
}

function readCheckpoints(): Checkpoint[] | 'damaged' {
  let text: string;
  try {
    text = readFileSync(CHECKPOINT_FILE, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Problem(`${CHECKPOINT_FILE} cannot be read (${code}): remove it, or let this user read it`);
  }
  try {
    return Checkpoints.parse(JSON.parse(text));
  } catch {
    return 'damaged';
  }
}

function replaceCheckpoints(checkpoints: Checkpoint[]) {
  try {
    if (checkpoints.length > 0) replaceFile(CHECKPOINT_FILE, JSON.stringify(checkpoints));
    else rmSync(CHECKPOINT_FILE, { force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem(
      `${CHECKPOINT_FILE}, where a run's place is kept, cannot be written (${code}): is there room, and may this user write here?`,
    );
  }
}
