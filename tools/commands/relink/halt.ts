import { Problem } from '../../problem';

/** Ends a run: no other conversation would fare better until whoever runs it has mended something. */
export class Halt extends Problem {
  override name = 'Halt';
}
