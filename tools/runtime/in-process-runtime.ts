import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { builtFolder } from '../build/built-folder';

/** The CRM mapping, as the Functions load it. */
export type Crm = typeof import('../../assets/crm.private');

/** The private Assets of the build that are code or customers, by the paths that the runtime has them under. */
export function builtAssets(): Record<string, { path: string }> {
  const assets = resolve(builtFolder(), 'assets');
  const files = readdirSync(assets, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    files
      .filter((file) => /\.private\.(js|json)$/.test(file))
      .map((file) => [
        `/${file.replaceAll('\\', '/').replace('.private.', '.')}`,
        { path: resolve(assets, file) },
      ]),
  );
}

/**
 * Loads the CRM mapping of the build into this process, with the globals of the Functions runtime that it needs: it finds
 * what the deployed Functions find.
 *
 * @param changed puts other files behind Assets
 */
export function loadCrm(changed: Record<string, { path: string }> = {}): Crm {
  const assets = { ...builtAssets(), ...changed };
  Object.assign(globalThis, { Runtime: { getAssets: () => assets } });
  return require(assets['/crm.js']?.path ?? '/crm.js');
}
