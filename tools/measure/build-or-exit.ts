import { rebuild } from '../build/rebuild';
import { EXIT } from '../commands/command-line';

/** Builds what is measured. Ends the process if it cannot be built, and says why. */
export async function buildOrExit() {
  const { isBuilt, output } = await rebuild();
  if (output) console.error(output);
  if (!isBuilt) process.exit(EXIT.problem);
}
