import { execSync } from 'node:child_process';

/** Builds what is tested: with the customers of the repository, whatever .env says. */
export default function build() {
  const env = { ...process.env, CRM_SOURCE: '', CRM_DEFAULT_COUNTRY: '' };
  execSync('npm run --silent build', { env, stdio: 'inherit' });
}
