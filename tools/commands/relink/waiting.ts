import type { TwilioError } from '../../twilio/errors';

/** What keeps a run waiting. `end`: it has been interrupted, and waits for what is under way. */
type Cause = 'end' | 'crm' | 'twilio';

/** What is over sooner is not worth a word. */
const SHORT_MS = 500;
/** What begins again sooner is not said again. */
const SAID_ANEW_MS = 60_000;

interface Wait {
  since: number;
  words(): string;
}

/** What a run waits for: a CRM or Twilio that is too busy, or does not answer. */
export class Waiting {
  private readonly waits = new Map<Cause, Wait>();
  private readonly saidAt = new Map<Cause, number>();

  /** @param words are asked for each time they are shown */
  begin(cause: Cause, words: () => string) {
    const since = this.waits.get(cause)?.since ?? performance.now();
    this.waits.set(cause, { since, words });
  }

  end(cause: Cause) {
    this.waits.delete(cause);
  }

  /** What is waited for now; `undefined` if nothing is. */
  words(): string | undefined {
    return this.longest()?.[1].words();
  }

  /** What is waited for now, once only. */
  wordsToSay(): string | undefined {
    const [cause, wait] = this.longest() ?? [];
    if (!cause || !wait) return undefined;
    const now = performance.now();
    const isSaid = now - (this.saidAt.get(cause) ?? Number.NEGATIVE_INFINITY) < SAID_ANEW_MS;
    this.saidAt.set(cause, now);
    return isSaid ? undefined : wait.words();
  }

  private longest(): [Cause, Wait] | undefined {
    const now = performance.now();
    const ending = this.waits.get('end');
    if (ending) return ['end', ending];
    return [...this.waits].find(([, { since }]) => now - since >= SHORT_MS);
  }
}

/** Notes when Twilio keeps a run waiting: until the next call that it answers. */
export function watchTwilio(waiting: Waiting) {
  const answered = () => waiting.end('twilio');
  return {
    answered,
    failed({ status }: TwilioError) {
      if (status === 429) waiting.begin('twilio', () => 'Twilio is busy (429): waiting');
      else if (status && status < 500) answered();
      else
        waiting.begin(
          'twilio',
          () => `Twilio does not answer as it should${status ? ` (${status})` : ''}: trying again`,
        );
    },
  };
}
