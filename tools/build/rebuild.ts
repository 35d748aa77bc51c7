import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Problem } from '../problem';

/** Builds in a process of its own. @returns what the build has to say, apart from that it went well */
export async function rebuild(): Promise<{ isBuilt: boolean; output: string }> {
  const args = ['--require', 'tsx/cjs', join(__dirname, 'build.ts'), '--quiet'];
  const build = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [build.stdout, build.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(build, 'close');
  return { isBuilt: code === 0, output: output.trim() };
}

/**
 * Builds what a command needs; warnings go to standard error.
 *
 * @throws Problem that says why it cannot be built
 */
export async function buildFirst() {
  const { isBuilt, output } = await rebuild();
  if (!isBuilt) throw new Problem(output || 'The build was interrupted.');
  if (output) console.error(output);
}
