import { buildFirst } from '../build/rebuild';
import { EXIT } from '../commands/command-line';
import { Problem } from '../problem';

/** Builds what is measured. Ends the process if it cannot be built, and says why. */
export async function buildOrExit() {
  await buildFirst().catch((error) => {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exit(EXIT.problem);
  });
}
