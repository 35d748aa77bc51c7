import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder } from '../../build/built-folder';
import { crmSourceOf, settingsOfSource } from '../../crm-source';
import { POST_EVENT_PATH, PRE_EVENT_PATH } from '../connect/function-urls';
import { type Check, type Finding, ok, problem, warning } from './check';
import type { Installation, Version } from './installation';

/** https://www.twilio.com/docs/serverless/functions-assets/functions/choose-node-version */
const RUNTIMES = ['node20', 'node22'];
const SOURCES = join(__dirname, '../../../assets/crm');
/** Deployed Functions have these from Twilio. */
const FROM_TWILIO = ['ACCOUNT_SID', 'AUTH_TOKEN'];
const DEPLOY = 'Run npm run deploy.';

/** What the build that is deployed is made of: https://www.twilio.com/docs/serverless/api/resource/build */
export const deployment: Check = {
  name: 'deployment',
  about: 'the Functions are deployed, protected, with the settings that the CRM needs',
  async run(installation) {
    const { domain } = await installation.deployment();
    const [{ functions, assets, runtime }, variables] = await Promise.all([
      installation.build(),
      installation.variables(),
    ]);
    const findings = [...checkFunctions(functions), ...checkAssets(assets)];
    if (!RUNTIMES.includes(runtime)) {
      findings.push(warning(`it runs on ${runtime}`, `Deploy to ${RUNTIMES.at(-1)}: npm run deploy.`));
    }
    findings.push(
      ...checkVariables(variables),
      ...(await checkService(variables, installation)),
      ...(await compareWithBuild(functions, installation)),
    );
    const isWell = findings.every(({ verdict }) => verdict === 'ok');
    return isWell ? [ok(domain), ok(`2 protected Functions on ${runtime}`), ...findings] : findings;
  },
};

function checkFunctions(functions: Version[]): Finding[] {
  return [PRE_EVENT_PATH, POST_EVENT_PATH].flatMap((path) => {
    const visibility = functions.find((one) => one.path === path)?.visibility.toLowerCase();
    if (!visibility) return problem(`${path} is not deployed`, DEPLOY);
    if (visibility === 'protected') return [];
    return problem(`${path} is ${visibility}: anyone can call it`, `It has to be protected. ${DEPLOY}`);
  });
}

function checkAssets(assets: Version[]): Finding[] {
  const open = assets.filter(
    ({ path, visibility }) => /\.(js|json)$/.test(path) && visibility.toLowerCase() !== 'private',
  );
  if (open.length === 0) return [];
  const paths = open.map(({ path }) => path).join(', ');
  return [problem(`anyone can read ${paths}`, `Code and customers have to be private. ${DEPLOY}`)];
}

/** Names of variables only: their values are secrets. */
function checkVariables(variables: NodeJS.Dict<string>): Finding[] {
  const name = crmSourceOf(variables);
  const file = join(SOURCES, `${name}.private.ts`);
  if (!existsSync(file)) {
    return [
      problem(
        `CRM_SOURCE=${name} is not a CRM that this project has`,
        'Fix it in .env. Then npm run deploy.',
      ),
    ];
  }
  const missing = Object.entries(settingsOfSource(file))
    .filter(([key, { required }]) => required && !FROM_TWILIO.includes(key) && !variables[key]?.trim())
    .map(([key]) => key);
  if (missing.length === 0) return [];
  return [
    problem(
      `${missing.join(', ')} not set there, and CRM_SOURCE=${name} needs it`,
      'Set it in .env. Then npm run deploy.',
    ),
  ];
}

/** Participants are looked for there if an event does not say in which service they are. */
async function checkService(
  { CHAT_SERVICE_SID }: NodeJS.Dict<string>,
  { isService }: Installation,
): Promise<Finding[]> {
  const sid = CHAT_SERVICE_SID?.trim();
  if (!sid || (await isService(sid))) return [];
  return [
    problem(
      'CHAT_SERVICE_SID there is not a Conversations service of the account: no customer would be linked',
      'Fix it in .env. Then npm run deploy.',
    ),
  ];
}

/** Twilio shows the code of Functions, but not that of Assets. */
async function compareWithBuild(functions: Version[], { ask, service }: Installation): Promise<Finding[]> {
  const of = await service();
  const changed: string[] = [];
  for (const { path, sid, function_sid = '' } of functions) {
    const file = join(builtFolder(), 'functions', `${path}.protected.js`);
    if (!existsSync(file)) continue;
    const version = of.functions(function_sid).functionVersions(sid);
    const { content } = await ask(() => version.functionVersionContent().fetch());
    if (content !== readFileSync(file, 'utf8')) changed.push(path);
  }
  if (changed.length === 0) return [];
  return [
    warning(`${changed.join(', ')} is not what has been built here`, `If that is not meant: ${DEPLOY}`),
  ];
}
