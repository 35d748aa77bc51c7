import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { readServingOrExit } from '../../../tools/commands/serve';
import { copyProject, freePort, until } from '../../../tools/runtime/local-runtime';
import { isListening } from '../../helpers/is-listening';

const start = (PORT: string, flags: string[] = [], cwd = '.') => {
  const args = ['--require', 'tsx/cjs', resolve('tools/commands/start.ts'), ...flags];
  return spawn(process.execPath, args, { cwd, env: { ...process.env, PORT } });
};
const endOf = async (child: ReturnType<typeof start>) => {
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code, stderr };
};

test('npm start says which port is taken, and what to do', async () => {
  const taken = createServer();
  await once(taken.listen(0), 'listening');
  const { port } = taken.address() as AddressInfo;
  const answer = await endOf(start(String(port)));
  taken.close();
  expect(answer).toEqual({
    code: 1,
    stderr: `Port ${port} is taken. Choose another one: PORT=${port + 1} npm start\n`,
  });
}, 30_000);

describe('without serving', () => {
  afterEach(() => jest.restoreAllMocks());
  const readServing = async (flags: string[], PORT: string, stream: 'log' | 'error', code = 1) => {
    const { argv, env } = process;
    jest.replaceProperty(process, 'argv', [...argv.slice(0, 2), ...flags]);
    jest.replaceProperty(process, 'env', { ...env, PORT });
    const said = jest.spyOn(console, stream).mockReturnValue();
    jest.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    await expect(readServingOrExit('npm start')).rejects.toThrow(`exit ${code}`);
    return said.mock.calls;
  };

  test('npm start says what is not a port', async () => {
    expect(await readServing([], '99999', 'error', 2)).toEqual([
      [expect.stringMatching(/^PORT=99999 is not a port: .*PORT=3001 npm start\n\n.*npm start \[--/)],
    ]);
  });

  test.each([
    ['5000', ['5000']],
    ['0.0.0.0', ['0.0.0.0', '--no-live']],
    ['--port', ['--no-live', '--port', '5000']],
    ['--port=5000', ['--port=5000']],
    ['-p', ['-p', '5000']],
  ])('%s serves nothing: npm took a flag for itself, or the port is in PORT', async (wrong, flags) => {
    const [[said] = []] = await readServing(flags, '0', 'error', 2);
    expect(said).toMatch(new RegExp(`^${wrong}: flags come after --, .*\\n\\n.*npm start \\[-- \\[--host`));
  });

  test('--help shows how it is called, its own flag, and where those of twilio-run are', async () => {
    expect(await readServing(['--help'], '0', 'log', 0)).toEqual([
      [
        expect.stringMatching(
          /^\[PORT=PORT\] npm start \[-- [\s\S]* --host ADDRESS [\s\S]*npx twilio-run start --help/,
        ),
      ],
    ]);
  });
});

describe('npm start serves', () => {
  let project: string;
  let port: number;
  let server: ReturnType<typeof start>;
  let stderr: string;
  const serve = async (flags: string[] = []) => {
    project = copyProject();
    port = await freePort();
    server = start(String(port), flags, project);
    stderr = '';
    server.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    // What listens on the port at first is what sees whether it is free.
    await until(
      () =>
        fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(1000) }).then(Boolean, () => false),
      () => stderr,
    );
  };
  const isServed = (host: string) => isListening(`http://${host}:${port}`);
  const statusFor = async (Host: string) => {
    const [response] = await once(get(`http://127.0.0.1:${port}`, { headers: { Host } }), 'response');
    return response.statusCode;
  };
  const elsewhere = Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4')?.address;
  const isNoLongerServed = async () => !(await isServed('127.0.0.1'));
  afterEach(async () => {
    server.kill();
    await until(isNoLongerServed, () => 'it is still served');
    rmSync(project, { recursive: true });
  });

  test('this machine alone, by the names that it has for itself, and not longer than it runs, whatever way it ends', async () => {
    await serve();
    expect(await statusFor(`localhost:${port}`)).toBe(200);
    expect(await statusFor('attacker.example')).toBe(403);
    if (elsewhere) expect(await isServed(elsewhere)).toBe(false);
    expect(stderr).not.toContain('Warning');
    server.kill('SIGKILL');
    await until(isNoLongerServed, () => 'twilio-run was left behind');
  }, 60_000);

  test('whoever asks if it is told so, with a warning', async () => {
    await serve(['--host', '0.0.0.0']);
    expect(await statusFor('my-tunnel.example')).toBe(200);
    if (elsewhere) expect(await isServed(elsewhere)).toBe(true);
    expect(stderr).toContain('Warning: it listens on 0.0.0.0');
    // As by Ctrl-C, which is how one ends it.
    const ended = once(server, 'exit');
    server.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  }, 60_000);
});
