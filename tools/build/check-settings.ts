import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { readSettings, type Setting } from '../../assets/crm-settings.private';
import { crmSourceOf, settingsOfSource } from '../crm-source';
import { SAMPLE_CUSTOMERS } from '../customers/customers-file';
import { readDefaultCountry } from '../customers/default-country';
import { Problem } from '../problem';
import { ACCOUNT_SID, SERVICE_SID } from '../twilio/sids';
import { documentedSettings } from './env-file';

/** The variables of `.env`. */
export type Settings = NodeJS.Dict<string>;

const SOURCE_FILE = /^(.+)\.private\.ts$/;
/** What Twilio gives deployed Functions, whatever is in `.env`: https://www.twilio.com/docs/serverless/functions-assets/functions/variables */
const GIVEN_BY_TWILIO = { ACCOUNT_SID: `AC${'0'.repeat(32)}`, AUTH_TOKEN: '0'.repeat(32) };
/** What the mapping and the Functions themselves read. */
const COMMON: Record<string, Setting> = {
  ACCOUNT_SID: { is: 'your Twilio account', example: GIVEN_BY_TWILIO.ACCOUNT_SID, format: ACCOUNT_SID },
  CHAT_SERVICE_SID: {
    is: 'the Conversations service of events that do not name theirs',
    example: `IS${'0'.repeat(32)}`,
    format: SERVICE_SID,
  },
  CRM_TIMEOUT_MS: {
    is: 'how long the CRM may take',
    example: '3000, and at most 3500',
    format: /^(?:[1-9]\d{0,2}|[12]\d{3}|3[0-4]\d\d|3500)$/,
  },
};

/** The CRM source that CRM_SOURCE names. @throws Problem if there is none of that name */
export function sourceOf(variables: Settings): string {
  const source = crmSourceOf(variables);
  const names = readdirSync('assets/crm').flatMap((file) => SOURCE_FILE.exec(file)?.[1] ?? []);
  if (names.includes(source)) return source;
  throw new Problem(
    `CRM_SOURCE=${source} in .env: there is no assets/crm/${source}.private.ts; there are: ${names.join(', ')}`,
  );
}

/**
 * Checks the settings of the source, and those that count for all of them, as the Functions will.
 *
 * @param folder the build, in which the sources are compiled
 * @returns a warning for each name that looks like that of a setting, and is none; and of customers that git does not ignore
 * @throws Problem that names each setting that is missing or malformed, with those warnings
 */
export function checkSettings(folder: string, settings: Settings): string[] {
  const source = sourceOf(settings);
  const ofSource = settingsOfSource(resolve(folder, 'assets/crm', `${source}.private.js`));
  const given = Object.entries(GIVEN_BY_TWILIO).map(([name, value]) => [
    name,
    settings[name]?.trim() || value,
  ]);
  const described = Object.keys({ ...ofSource, ...COMMON });
  const warnings = [...misspelt(settings, described), ...couldBeCommitted(settings)];
  const environment = { ...settings, ...Object.fromEntries(given) };
  const problems = [
    problemOf(`.env, for CRM_SOURCE=${source}`, () => readSettings(ofSource, environment)),
    problemOf('.env', () => readSettings(COMMON, environment)),
    problemOf('.env', () => readDefaultCountry(settings)),
  ].flat();
  if (problems.length === 0) return warnings;
  throw new Problem([...problems, ...warnings].join('\n'));
}

function problemOf(where: string, read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [`${where}: ${(error as Error).message}`];
  }
}

/**
 * Warns of the names in `.env` that begin like a setting's, as CUSTOMER_FILE or HUBSPOT_TOKEN do, and are of none.
 *
 * @param described settings that `.env.example` may lack
 */
export function misspelt(settings: Settings, described = Object.keys(COMMON)): string[] {
  const documented = documentedSettings();
  if (documented.length === 0) return [];
  const known = [...new Set([...documented, ...described])];
  return Object.keys(settings).flatMap((name) => {
    const similar = known.filter((one) => firstWord(one) === firstWord(name));
    if (known.includes(name) || similar.length === 0) return [];
    return [`.env: warning: ${name} is not a setting: there are ${similar.join(', ')}`];
  });
}

/** Git ignores customers under their usual names alone. */
function couldBeCommitted({ CUSTOMERS_FILE }: Settings): string[] {
  const file = CUSTOMERS_FILE?.trim();
  if (!file || file === SAMPLE_CUSTOMERS || relative('.', file).startsWith('..')) return [];
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--', file]);
  // Neither 0, for what it ignores, nor 128, when there is no repository.
  if (status !== 1) return [];
  return [
    `.env: warning: CUSTOMERS_FILE=${file}: git does not ignore it, so that your customers could be committed: call it customers.csv or ` +
      'customers.json, or keep it outside of the project',
  ];
}

/** Up to the first underscore, whether it is written in the singular or the plural. */
function firstWord(name: string): string {
  return name.toUpperCase().replace(/S?_.*/, '');
}
