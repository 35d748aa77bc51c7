import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

test('a server whose output nobody reads any more leaves no folder, wherever its Functions went, though it ends before it sees that it is alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
  const guard = resolve('tools/runtime/guard-server.js');
  const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  const logs = `process.chdir('${elsewhere}'); setInterval(() => console.log('GET /'), 10)`;
  const server = spawn(process.execPath, ['--require', guard, '--eval', logs], {
    cwd: folder,
    env: { ...process.env, GUARD_LOCAL_NAME: 'localhost', GUARD_REMOVES_FOLDER: 'yes' },
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  server.stdout?.destroy();
  await once(server, 'exit');
  expect([existsSync(folder), existsSync(elsewhere)]).toEqual([false, true]);
  rmdirSync(elsewhere);
});
