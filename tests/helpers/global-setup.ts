import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildProject } from '../../tools/build/build-project';
import { makeProjectCopy } from './project-copy';

/**
 * Builds what is tested, beside `dist`: with customers and settings of the tests' own, whatever is in `.env`; and from a copy,
 * whose types are not checked, as `npm test` has just done that.
 */
export default async function build() {
  // Inside node_modules, so that what is built finds the packages, and no other tool finds what is built.
  process.env.BUILD_FOLDER = 'node_modules/.cache/tests/dist';
  const folder = resolve(process.env.BUILD_FOLDER);
  const root = process.cwd();
  const project = makeProjectCopy();
  process.chdir(project);
  try {
    await buildProject(folder, {});
  } finally {
    process.chdir(root);
    rmSync(project, { recursive: true });
  }
}
