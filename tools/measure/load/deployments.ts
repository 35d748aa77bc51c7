import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { builtFolder } from '../../build/built-folder';
import { builtAssets } from '../../runtime/in-process-runtime';
import { makeTemporaryFolder } from '../../runtime/temporary-folder';
import type { CustomerFiles } from '../bench/customers';
import type { Deployment } from './gateway';
import type { Candidate, Situation } from './situations';

/** What is deployed of a candidate. */
export type Files = Pick<Deployment, 'functions' | 'assets'>;

const FUNCTIONS = ['on-conversation-add', 'on-participant-added'];

export function filesOf(candidate: Candidate, { source }: Situation, customers: CustomerFiles): Files {
  const functions = (fileOf: (name: string) => string) =>
    Object.fromEntries(FUNCTIONS.map((name) => [`/${name}`, resolve(fileOf(name))]));
  if (candidate === 'baseline') {
    const fileOf = (name: string) => `tools/measure/bench/baseline/${name}.js`;
    const provider = fileOf(source === 'file' ? 'customers-in-a-list' : 'customers-in-a-crm');
    return {
      functions: functions(fileOf),
      assets: {
        '/customers.json': { path: customers.plain },
        '/providers/customers.js': { path: resolve(provider) },
      },
    };
  }
  const assets: Files['assets'] = { ...builtAssets(), '/customers.json': { path: customers.compiled } };
  if (candidate !== 'ours') {
    assets['/circuit-breaker.js'] = { path: resolve('tools/measure/load/no-circuit-breaker.js') };
  }
  return { functions: functions((name) => join(builtFolder(), `functions/${name}.protected.js`)), assets };
}

/**
 * Changes numbers in an Asset, by the names of their constants, to measure what is best.
 *
 * @returns the files with a changed copy, which is there until the process ends
 * @throws Error if it has no such constant
 */
export function withNumbers(files: Files, asset: string, numbers: Record<string, number>): Files {
  const original = files.assets[asset]?.path;
  let code = readFileSync(original ?? asset, 'utf8');
  for (const [name, value] of Object.entries(numbers)) {
    const constant = new RegExp(`(?<=const ${name} = )[\\d_]+(?=;)`);
    if (!constant.test(code)) throw new Error(`${asset} has no constant ${name}`);
    code = code.replace(constant, String(value));
  }
  const path = join(makeTemporaryFolder('frontline-numbers'), basename(asset));
  writeFileSync(path, code);
  return { ...files, assets: { ...files.assets, [asset]: { path } } };
}
