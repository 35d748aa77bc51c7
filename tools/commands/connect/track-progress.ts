import { Problem } from '../../problem';
import type { TwilioError } from '../../twilio/errors';
import type { Guard } from '../../twilio/webhooks';
import type { Setting } from './setting';

/** How a run tells of its settings. */
interface Words {
  /** What it has done with them, such as `Changed`. */
  done: string;
  /** What can be done about that. */
  back: string;
  /** The command that shows how they are. */
  again: string;
}

/** Sets things one after the other, and knows at any moment what has become of the account. */
export type Progress = ReturnType<typeof trackProgress>;

/** @param total how many things are to be set */
export function trackProgress({ done: verb, back, again }: Words, total: number) {
  const done: string[] = [];
  const uncertain: string[] = [];
  const unread: string[] = [];
  return {
    /**
     * Sets something, if it is still as it was shown when it is written, and reads it again.
     *
     * @returns what Twilio has now
     * @throws Problem if it is not, TwilioError if Twilio does not answer, or refuses it
     */
    async set<T>({ name, read, write, isSame }: Setting<T>, before: T, after: T): Promise<T> {
      const guard: Guard<T> = (now, isFirst) => {
        if (isSame(now, before)) return 'write';
        if (!isFirst && isSame(now, after)) return 'written';
        throw new Problem(
          `somebody has changed the ${name} meanwhile. Run ${again} again: it shows them anew`,
        );
      };
      try {
        await write(after, guard);
      } catch (error) {
        if ((error as TwilioError).mayBeDone) uncertain.push(name);
        throw error;
      }
      done.push(name);
      try {
        const now = await read();
        if (isSame(now, before) && !isSame(now, after)) uncertain.push(done.pop() ?? name);
        return now;
      } catch (error) {
        unread.push(name);
        throw error;
      }
    },

    /** What has been done so far, before words on what keeps it from the rest. */
    state(): string {
      const rest = total - done.length - uncertain.length;
      const sentences = [
        done.length > 0 && `${verb}: ${done.join(', ')}${back}`,
        uncertain.length > 0 && `${uncertain.join(', ')}: may have been set. Run ${again} again to see`,
        unread.length > 0 && `The ${unread.join(', ')} have not been read again`,
        rest > 0 && 'The rest is not',
      ].filter(Boolean);
      return done.length + uncertain.length > 0 ? sentences.join('. ') : 'Nothing has been changed';
    },

    /** What has become of a setting that failed. */
    stateOf(name: string): 'unread' | 'uncertain' | 'untouched' {
      if (unread.includes(name)) return 'unread';
      return uncertain.includes(name) ? 'uncertain' : 'untouched';
    },

    /** Whether the account is certainly as it was. */
    isUntouched: () => done.length + uncertain.length === 0,
  };
}
