import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crmSourceOf } from '../crm-source';
import { Problem } from '../problem';
import { buildAssets, type Said } from './build-assets';
import { builtFolder } from './built-folder';
import { checkSettings, misspelt, type Settings } from './check-settings';
import { readEnvFile } from './env-file';
import { swapFolder } from './swap-folder';

/** `dist.new-aB3xYz` is a `dist` that is being made. */
const BEING_MADE = '.new-';
/** A build takes seconds: what one left behind that long ago, it left because it was interrupted. */
const LEFT_BEHIND_MS = 60 * 60 * 1000;

/**
 * Builds functions/ and assets/, beside the last build, and takes its place when all went well: what serves the last one
 * goes on doing so meanwhile.
 *
 * @param folder what is made
 * @param settings the variables that the Functions will have
 * @throws Problem if customers, code or settings are wrong; the last build stays as it is then
 */
export async function buildProject(
  folder = builtFolder(),
  settings: Settings = readEnvFile(),
): Promise<Said> {
  mkdirSync(dirname(folder), { recursive: true });
  removeInterrupted(folder);
  const made = mkdtempSync(`${folder}${BEING_MADE}`);
  try {
    const said = await buildAssets(made, settings).catch((error) => {
      // A setting that decides how customers are read may be there under another name.
      if (!(error instanceof Problem) || crmSourceOf(settings) !== 'file') throw error;
      throw new Problem([error.message, ...misspelt(settings)].join('\n'));
    });
    compileTypeScript(made);
    const warnings = checkSettings(made, settings);
    swapFolder(made, folder);
    return { ...said, warnings: [...warnings, ...said.warnings], brief: [...warnings, ...said.brief] };
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function removeInterrupted(folder: string) {
  for (const name of readdirSync(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (!name.startsWith(`${basename(folder)}${BEING_MADE}`)) continue;
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs && Date.now() - mtimeMs > LEFT_BEHIND_MS) rmSync(path, { recursive: true, force: true });
  }
}

function compileTypeScript(outDir: string) {
  const tsc = require.resolve('typescript/package.json').replace('package.json', 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Problem((stdout + stderr).trim());
}
