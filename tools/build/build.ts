/**
 * `npm run build`: makes `dist`, which is served and deployed, out of functions/ and assets/. With --quiet, it says nothing
 * but what is wrong, and of customers that in a line.
 */
import { Problem } from '../problem';
import { buildProject } from './build-project';
import { checkEnvFile, settingsOfShell } from './env-file';

async function build() {
  try {
    checkEnvFile();
    const unread = settingsOfShell(process.env);
    if (unread.length > 0) {
      console.warn(
        `Set in the shell, and not read: the Functions have what is in .env. ${unread.join(', ')}`,
      );
    }
    const isQuiet = process.argv.includes('--quiet');
    const { customers, warnings, brief } = await buildProject();
    for (const warning of isQuiet ? brief : warnings) console.warn(warning);
    if (!isQuiet) console.log(customers);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

void build();
