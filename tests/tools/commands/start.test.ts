import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

const start = async (PORT: string) => {
  const args = ['--import', 'tsx', 'tools/commands/start.ts'];
  const child = spawn(process.execPath, args, { env: { ...process.env, PORT } });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code, stderr };
};

test('npm start says which port is taken, and what to do', async () => {
  const taken = createServer();
  await once(taken.listen(0), 'listening');
  const { port } = taken.address() as AddressInfo;
  const answer = await start(String(port));
  taken.close();
  expect(answer).toEqual({
    code: 1,
    stderr: `Port ${port} is taken. Choose another one: PORT=${port + 1} npm start\n`,
  });
});

test('npm start says what is not a port', async () => {
  expect(await start('99999')).toEqual({
    code: 1,
    stderr: 'PORT=99999 is not a port: give a number from 1 to 65535, as in PORT=3001 npm start\n',
  });
});
