/**
 * The first half of `npm run build`: dist/assets/ out of assets/. The customers are compiled into the form that a
 * look-up searches, what is no TypeScript is copied. The second half is tsc, file by file.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { compileCustomers } from './compile-customers';

const CUSTOMERS = 'assets/customers.private.json';

if (existsSync('.env')) process.loadEnvFile();
if (!existsSync(CUSTOMERS)) fail([`is missing: where customers come from elsewhere, write [] into it`]);
const { json, problems, warnings } = compileCustomers(
  readFileSync(CUSTOMERS, 'utf8'),
  process.env.CRM_DEFAULT_COUNTRY,
);
for (const warning of warnings) console.warn(`${CUSTOMERS}: warning: ${warning}`);
if (problems.length > 0) fail(problems);

rmSync('dist', { recursive: true, force: true });
cpSync('assets', 'dist/assets', { recursive: true, filter: (path) => !path.endsWith('.ts') });
writeFileSync('dist/assets/customers.private.json', json);
// Twilio answers the bare domain with this path: https://github.com/twilio-labs/serverless-toolkit/issues/371
mkdirSync('dist/assets/assets');
cpSync('assets/index.html', 'dist/assets/assets/index.html');

function fail(problems: string[]): never {
  for (const problem of problems) console.error(`${CUSTOMERS}: ${problem}`);
  process.exit(1);
}
