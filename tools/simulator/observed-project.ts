import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const OBSERVE = join(__dirname, 'observe-functions.js');

/**
 * Wraps the Functions and the CRM source of a build, which themselves stay as they are.
 *
 * @param dist the build; it is changed
 * @param source the name in CRM_SOURCE
 */
export function observeProject(dist: string, source: string) {
  for (const name of readdirSync(join(dist, 'functions'))) wrap(dist, `functions/${name}`, 'observe');
  const file = `assets/crm/${source}.private.js`;
  if (existsSync(join(dist, file))) wrap(dist, file, 'breakable');
}

function wrap(dist: string, file: string, by: 'observe' | 'breakable') {
  const moved = join(dist, 'observed', file);
  mkdirSync(dirname(moved), { recursive: true });
  renameSync(join(dist, file), moved);
  const wrapped = `require(${JSON.stringify(OBSERVE)}).${by}(${JSON.stringify(moved)})`;
  const exported = by === 'observe' ? 'exports.handler' : 'module.exports';
  writeFileSync(join(dist, file), `${exported} = ${wrapped};\n`);
}
