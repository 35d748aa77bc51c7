import type { State } from './states';

/** More failed conversations than these are not remembered one by one: the position stays, and all after it are done again. */
const FAILED_MAX = 1000;

/** How far a walk has come through conversations that are listed by state, and the newest first. */
export class Position {
  private readonly unfinished = new Map<string, number>();
  readonly failed: Set<string>;
  private listedDay: string;
  /** Whether the position may still move on. */
  private isKnown = true;

  constructor(
    private state: State,
    private day: string,
    failed: Iterable<string> = [],
  ) {
    this.listedDay = day;
    this.failed = new Set(failed);
  }

  /** The list of another state begins, and all of the one before is finished. */
  enter(state: State, day: string) {
    this.listedDay = day;
    if (!this.isKnown) return;
    this.state = state;
    this.day = day;
  }

  begin(day: string) {
    // Twilio documents that days descend. If they did not, what is listed later would be skipped.
    if (day > this.listedDay) this.isKnown = false;
    this.listedDay = day;
    this.unfinished.set(day, (this.unfinished.get(day) ?? 0) + 1);
    this.move();
  }

  finish(day: string) {
    const left = (this.unfinished.get(day) ?? 0) - 1;
    if (left > 0) this.unfinished.set(day, left);
    else this.unfinished.delete(day);
    this.move();
  }

  /** Before it is finished. */
  fail(sid: string) {
    if (this.failed.size < FAILED_MAX) this.failed.add(sid);
    else this.isKnown = false;
  }

  /** The newest day that may not be done; all that are newer are. */
  get(): { state: State; day: string; failed: string[] } {
    return { state: this.state, day: this.day, failed: [...this.failed] };
  }

  private move() {
    if (!this.isKnown) return;
    this.day = [...this.unfinished.keys(), this.listedDay].sort().at(-1) ?? this.day;
  }
}
