/**
 * `npm run build`: makes `dist`, which is served and deployed, out of functions/ and assets/. With --quiet, it says nothing
 * but what is wrong.
 */
import { Problem } from '../problem';
import { buildProject } from './build-project';
import { checkEnvFile } from './env-file';

async function build() {
  try {
    checkEnvFile();
    const { customers, warnings } = await buildProject();
    for (const warning of warnings) console.warn(warning);
    if (!process.argv.includes('--quiet')) console.log(customers);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

void build();
