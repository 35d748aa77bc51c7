import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

test('npm start says which port is taken, and what to do', async () => {
  const taken = createServer();
  await once(taken.listen(0), 'listening');
  const { port } = taken.address() as AddressInfo;
  const env = { ...process.env, PORT: String(port) };
  const start = spawn(process.execPath, ['tools/commands/start.js'], { env });
  const [stderr, [code]] = await Promise.all([text(start.stderr), once(start, 'close')]);
  taken.close();
  expect(code).toBe(1);
  expect(stderr).toBe(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm start\n`);
});
