import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { freePort, startLocalRuntime } from '../../../tools/runtime/local-runtime';
import { isListening } from '../../helpers/is-listening';

test('the Functions get their variables as they are, whatever marks they have, and none of the shell’s', async () => {
  const variables = { CRM_AUTHORIZATION: `it's "a" \`b\` # c`, CRM_URL: "'https://crm'", CRM_SOURCE: '' };
  process.env.SHELLS_OWN = 'yes';
  const { url, stop } = await startLocalRuntime({
    variables,
    edit: (dist) =>
      writeFileSync(
        join(dist, 'functions/context.js'),
        'exports.handler = (context, _event, callback) => callback(null, { ...context, pid: process.pid });',
      ),
  });
  delete process.env.SHELLS_OWN;
  const ask = async () => (await fetch(`${url}/context`)).json() as Promise<{ pid: number }>;
  const [context, next] = [await ask(), await ask()];
  await stop();
  expect(next).toMatchObject({ pid: context.pid });
  expect(context).toMatchObject(variables);
  expect(context).not.toHaveProperty('SHELLS_OWN');
}, 30_000);

test('a connection of a port to itself is nobody who listens', async () => {
  const port = await freePort();
  const { connect } = net;
  // Systems choose it at random, now and then.
  const toItself = () => connect({ port, host: '127.0.0.1', localPort: port });
  const connecting = jest.spyOn(net, 'connect').mockImplementation(toItself);
  expect(await isListening(`http://127.0.0.1:${port}`)).toBe(false);
  expect(connecting).toHaveBeenCalled();
  jest.restoreAllMocks();
});
