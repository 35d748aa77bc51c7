import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Problem } from '../problem';

/** What `twilio-run start` and `twilio-run deploy` read `.env` with, whatever version that is: theirs is what counts. */
const dotenv = createRequire(require.resolve('twilio-run/bin/twilio-run.js'))('dotenv') as {
  parse(text: string): NodeJS.Dict<string>;
};

const ALL_SETTINGS = '.env.example';
/** Which account a command calls: the shell may name another one than `.env`. */
const ACCOUNT = ['ACCOUNT_SID', 'AUTH_TOKEN'];
/** Of this project alone. */
const OWN_SETTING = /^(CRM|CSV|CUSTOMERS)_/;
const NAME_AND_VALUE = /^\s*([\w.-]+)\s*=\s*(.*)$/;
/** Of quotation marks, it takes off one at the very start and one at the very end, whether they match or not. */
const QUOTED = /^(["'])(?!.*\1\s*#).*\1$/;

/**
 * The variables of `.env`; none when there is no such file. The shell's own variables do not count: twilio-run puts those
 * of `.env` in their place, and a deploy uploads `.env`, so these are the ones that the Functions will have.
 */
export function readEnvFile(): NodeJS.Dict<string> {
  return dotenv.parse(envText());
}

/**
 * Adds the variables of `.env` to an environment, which keeps its own.
 *
 * @param asFunctions whether it is to have the settings of the Functions: what is not in `.env` too goes then
 */
export function addEnvFile(env: NodeJS.ProcessEnv, asFunctions: boolean) {
  const settings = readEnvFile();
  if (asFunctions) for (const name of unread(env, settings)) delete env[name];
  for (const [name, value] of Object.entries(settings)) env[name] ??= value;
}

/**
 * Looks for what other readers of `.env` take otherwise than the Functions get it: a comment behind a value, `export`, a
 * value of several lines.
 *
 * @throws Problem that names each such line and how to write it, without what is in it
 */
export function checkEnvFile() {
  const problems = envText()
    .split(/\r?\n/)
    .flatMap((line, i) => problemOf(line).map((problem) => `.env, line ${i + 1}: ${problem}`));
  if (problems.length > 0) throw new Problem(problems.join('\n'));
}

/** A warning of settings that the shell has otherwise than `.env`: neither the build nor the Functions have them. */
export function warningOfShell(shell: NodeJS.Dict<string>): string | undefined {
  const names = unread(shell, readEnvFile());
  if (names.length === 0) return undefined;
  return `Set in the shell, and not read, as the Functions have what is in .env: ${names.join(', ')}`;
}

function unread(shell: NodeJS.Dict<string>, settings: NodeJS.Dict<string>): string[] {
  const documented = documentedSettings();
  const isSetting = (name: string) => name in settings || OWN_SETTING.test(name) || documented.includes(name);
  return Object.keys(shell).filter(
    (name) => isSetting(name) && !ACCOUNT.includes(name) && shell[name] !== settings[name],
  );
}

/** The settings that the project knows: each is in .env.example. None without that file. */
export function documentedSettings(): string[] {
  if (!existsSync(ALL_SETTINGS)) return [];
  const lines = readFileSync(ALL_SETTINGS, 'utf8').matchAll(/^(?:# ?)?([A-Z_]+)=/gm);
  return [...lines].map(([, name = '']) => name);
}

function problemOf(line: string): string[] {
  if (/^\s*(#|$)/.test(line)) return [];
  const [, name, value = ''] = NAME_AND_VALUE.exec(line) ?? [];
  if (!name) {
    const [, exported] = /^\s*export\s+([\w.-]+)\s*=/.exec(line) ?? [];
    if (exported)
      return [`${exported} is not set, as Twilio's tools do not know export: write ${exported}=…`];
    return ["Twilio's tools read no variable here: write NAME=value, on one line"];
  }
  if (QUOTED.test(value)) return [];
  if (/(^|\s)#/.test(value)) {
    return [
      `Twilio's tools take what is after # for a part of ${name}: put a comment on a line of its own, or if it is a part, write ${name}="…", with nothing after it`,
    ];
  }
  if (/^["'`]|["'`]\s*$/.test(value)) {
    return [
      `the quotation marks of ${name} are not read as one pair: write ${name}="…" or ${name}='…' on one line, with nothing after it, not even a space`,
    ];
  }
  return [];
}

function envText(): string {
  return existsSync('.env') ? readFileSync('.env', 'utf8') : '';
}
