import { Problem } from '../../problem';
import type { Remedy } from './remedy';

/** Ends a run: no other conversation would fare better before something has changed. */
export class Halt extends Problem {
  override name = 'Halt';

  constructor(
    message: string,
    readonly remedy: Remedy,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
