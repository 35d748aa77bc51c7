/**
 * The first half of `npm run build`: dist/assets/ out of assets/. The customers are compiled into the form that a
 * look-up searches, what is no TypeScript is copied. The second half is tsc, file by file.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { normalize } from 'node:path';
import { compileCustomers } from '../customers/compile-customers';
import { CUSTOMERS, checkCustomers } from '../customers/customers-file';

if (existsSync('.env')) process.loadEnvFile();
const isEmbedded = ['file', ''].includes(process.env.CRM_SOURCE ?? '');
const compiled = isEmbedded ? checkCustomers(compileCustomers) : undefined;

rmSync('dist', { recursive: true, force: true });
cpSync('assets', 'dist/assets', {
  recursive: true,
  filter: (path) => !path.endsWith('.ts') && path !== normalize(CUSTOMERS),
});
for (const avatar of compiled ? missingAvatars(compiled.json) : []) {
  console.warn(
    `${CUSTOMERS}: warning: avatar ${avatar} is no file under assets/: workers will see no picture`,
  );
}
// Customers who come from elsewhere are not deployed.
if (compiled) writeFileSync(`dist/${CUSTOMERS}`, compiled.json);
// Twilio answers the bare domain with this path: https://github.com/twilio-labs/serverless-toolkit/issues/371
mkdirSync('dist/assets/assets');
cpSync('assets/index.html', 'dist/assets/assets/index.html');

/** The avatars that are paths of public Assets, and are not there. */
function missingAvatars(json: string): string[] {
  const paths = (JSON.parse(json) as string[][]).flatMap(([, , , avatar]) =>
    avatar?.startsWith('/') ? avatar : [],
  );
  return [...new Set(paths)].filter((path) => !existsSync(`assets${path}`));
}
