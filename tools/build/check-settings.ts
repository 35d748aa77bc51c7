import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CrmSource } from '../../assets/crm.private';
import { readSettings, type Setting } from '../../assets/crm-settings.private';
import { Problem } from '../problem';
import { ACCOUNT_SID } from '../twilio/account';

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
    format: /^IS[0-9a-f]{32}$/i,
  },
  CRM_TIMEOUT_MS: { is: 'how long the CRM may take', example: '3000', format: /^[1-9]\d*$/ },
};

/** The CRM source that CRM_SOURCE names. @throws Problem if there is none of that name */
export function sourceOf({ CRM_SOURCE }: Settings): string {
  const source = CRM_SOURCE?.trim() || 'file';
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
 * @throws Problem that names each setting that is missing or malformed
 */
export function checkSettings(folder: string, settings: Settings) {
  const source = sourceOf(settings);
  const described = loadSettings(resolve(folder, 'assets/crm', `${source}.private.js`));
  const given = Object.entries(GIVEN_BY_TWILIO).map(([name, value]) => [
    name,
    settings[name]?.trim() || value,
  ]);
  try {
    readSettings({ ...described, ...COMMON }, { ...settings, ...Object.fromEntries(given) });
  } catch (error) {
    throw new Problem(`.env, for CRM_SOURCE=${source}: ${(error as Error).message}`);
  }
}

/** What a source says that it reads. */
function loadSettings(file: string): CrmSource['settings'] {
  try {
    return (require(file) as CrmSource).settings;
  } catch {
    // It needs the Functions runtime to be loaded: its settings are checked there, before it is asked.
    return {};
  }
}
