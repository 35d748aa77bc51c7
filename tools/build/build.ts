import { Problem } from '../problem';
import { readFlagsOrExit } from '../read-flags';
import { buildProject } from './build-project';
import { checkEnvFile, warningOfShell } from './env-file';

const USAGE = `npm run build [-- --quiet]

Makes dist, which is served and deployed, out of functions/ and assets/, your customers and .env.

  --quiet  prints only problems, and those in customers in a line
  --help   shows this`;

async function build() {
  const { quiet } = readFlagsOrExit(USAGE, ['quiet']);
  try {
    checkEnvFile();
    const ofShell = warningOfShell(process.env);
    if (ofShell) console.warn(ofShell);
    const { customers, warnings, brief } = await buildProject();
    for (const warning of quiet ? brief : warnings) console.warn(warning);
    if (!quiet) console.log(customers);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

void build();
