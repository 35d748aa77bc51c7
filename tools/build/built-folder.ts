/**
 * The folder that `npm run build` makes, and that is served, deployed and measured. BUILD_FOLDER names another one: the
 * tests have a build of their own, so that they depend on nobody's customers and leave `dist` alone.
 */
export function builtFolder(): string {
  return process.env.BUILD_FOLDER || 'dist';
}

/** In the build, the customers in the form that a look-up searches, whatever file they came from. */
export const COMPILED_CUSTOMERS = 'assets/customers.private.json';
