import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * The variables of `.env`; none when there is no such file. The shell's own variables do not count: twilio-run puts those
 * of `.env` in their place, and a deploy uploads `.env`, so these are the ones that the Functions will have.
 */
export function readEnvFile(): NodeJS.Dict<string> {
  return existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8').replace(/^\uFEFF/, '')) : {};
}
