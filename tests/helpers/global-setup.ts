import { buildProject } from '../../tools/build/build-project';

/** Builds what is tested, beside `dist`: with customers and settings of the tests' own, whatever is in `.env`. */
export default async function build() {
  // Inside node_modules, so that what is built finds the packages, and no other tool finds what is built.
  process.env.BUILD_FOLDER = 'node_modules/.cache/tests/dist';
  await buildProject(process.env.BUILD_FOLDER, { CUSTOMERS_FILE: 'tests/fixtures/customers.json' });
}
