/** The settings of a CRM source: described by the source, read from the environment, and checked before they are used. */
import type { EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';

/** An environment variable that a source reads. */
export interface Setting {
  /** What it is, in words that go on after "is". */
  is: string;
  /** One that is well formed. */
  example: string;
  required?: boolean;
  /** What counts if it is not set. */
  default?: string;
  /** How it has to look; `url`: https, or http on the machine itself. */
  format?: RegExp | 'url';
}

/** On the machine itself, nobody reads along. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The settings that a source describes, trimmed, with their defaults.
 *
 * @throws Error that names each variable that is missing or malformed, and says how to write it
 */
export function readSettings(
  described: Record<string, Setting>,
  environment: EnvironmentVariables,
): Record<string, string | undefined> {
  const settings: Record<string, string | undefined> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(described)) {
    const value = environment[name]?.trim() || setting.default;
    const problem = problemOf(value, setting);
    if (problem) problems.push(`${name} ${problem}`);
    settings[name] = value;
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
  return settings;
}

function problemOf(value: string | undefined, { required, format, example }: Setting): string | undefined {
  if (!value) return required ? 'is not set' : undefined;
  if (format === 'url' && !isSecureUrl(value))
    return 'has to be a URL that starts with https://, or http://localhost';
  if (format instanceof RegExp && !format.test(value)) return `is malformed: write it like ${example}`;
  return undefined;
}

function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}
