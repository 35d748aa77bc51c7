import { rmSync } from 'node:fs';
import { copyProject } from '../../../tools/runtime/local-runtime';

const { readLocalEnvFile } = require('twilio-run/dist/config/utils/env') as {
  readLocalEnvFile(flags: { cwd: string }): Promise<{ localEnv: NodeJS.Dict<string> }>;
};

test('what a copied project has in .env is what twilio-run reads, whatever marks it has', async () => {
  const variables = { CRM_AUTHORIZATION: `it's "a" \`b\` # c`, CRM_URL: "'https://crm'", CRM_SOURCE: '' };
  const project = copyProject(variables);
  const { localEnv } = await readLocalEnvFile({ cwd: project });
  rmSync(project, { recursive: true });
  expect(localEnv).toEqual(variables);
});
