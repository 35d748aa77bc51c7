import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalRuntime } from '../../../tools/runtime/local-runtime';

test('the Functions get their variables as they are, whatever marks they have, and none of the shell’s', async () => {
  const variables = { CRM_AUTHORIZATION: `it's "a" \`b\` # c`, CRM_URL: "'https://crm'", CRM_SOURCE: '' };
  process.env.SHELLS_OWN = 'yes';
  const { url, stop } = await startLocalRuntime({
    variables,
    edit: (dist) =>
      writeFileSync(
        join(dist, 'functions/context.js'),
        'exports.handler = (context, _event, callback) => callback(null, { ...context });',
      ),
  });
  delete process.env.SHELLS_OWN;
  const context = await (await fetch(`${url}/context`)).json();
  await stop();
  expect(context).toMatchObject(variables);
  expect(context).not.toHaveProperty('SHELLS_OWN');
}, 30_000);
