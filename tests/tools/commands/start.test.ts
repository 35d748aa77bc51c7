import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

async function start(PORT: string) {
  const command = spawn(process.execPath, ['tools/commands/start.js'], { env: { ...process.env, PORT } });
  const [stderr, [code]] = await Promise.all([text(command.stderr), once(command, 'close')]);
  return { code, stderr };
}

test('npm start says which port is taken, and what to do', async () => {
  const taken = createServer();
  await once(taken.listen(0), 'listening');
  const { port } = taken.address() as AddressInfo;
  expect(await start(String(port))).toEqual({
    code: 1,
    stderr: `Port ${port} is taken. Choose another one: PORT=${port + 1} npm start\n`,
  });
  taken.close();
});

test.each(['abc', '99999', '0', '-1', '30.5'])('npm start says that %s is not a port', async (PORT) => {
  expect(await start(PORT)).toEqual({
    code: 2,
    stderr: `PORT is ${PORT}, which is not a port: choose one from 1 to 65535, such as PORT=3000 npm start\n`,
  });
});
