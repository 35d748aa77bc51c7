import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { getListOfFunctionsAndAssets } from '@twilio-labs/serverless-api/dist/utils/fs';
import { builtFolder } from '../tools/build/built-folder';
import { DOMAIN, startFakeServerless, type Upload } from '../tools/fakes/twilio/serverless';
import { copyProject } from '../tools/runtime/local-runtime';

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const { functionsFolder, assetsFolder, runtime } = json('.twilioserverlessrc');
const { dependencies, engines } = json('package.json');

/** What twilio-run deploy and twilio serverless:deploy would upload. */
const deployed = async () => {
  const config = { functionsFolderNames: [functionsFolder], assetsFolderNames: [assetsFolder] };
  const { functions, assets } = await getListOfFunctionsAndAssets(resolve(dirname(builtFolder())), config);
  return { functions, assets };
};
const pathsAndAccess = (resources: { path: string; access: string }[]) =>
  Object.fromEntries(resources.map(({ path, access }) => [path, access]));

test('exactly two Functions are deployed, both protected', async () => {
  expect(pathsAndAccess((await deployed()).functions)).toEqual({
    '/on-conversation-add': 'protected',
    '/on-participant-added': 'protected',
  });
});

test('customers and mapping are private; public are the page and the avatars, and nothing else', async () => {
  const files = readdirSync('assets', { recursive: true, encoding: 'utf8' });
  const code = files.filter((file) => file.endsWith('.private.ts'));
  const pictures = files.filter((file) => file.startsWith('avatars/'));
  expect(pathsAndAccess((await deployed()).assets)).toEqual({
    ...Object.fromEntries(code.map((file) => [`/${file.replace('.private.ts', '.js')}`, 'private'])),
    ...Object.fromEntries(pictures.map((file) => [`/${file}`, 'public'])),
    '/customers.json': 'private',
    '/index.html': 'public',
    '/assets/index.html': 'public',
  });
});

test('each file of dist is one of the repository, under its own name', async () => {
  const { functions, assets } = await deployed();
  for (const { filePath } of [...functions, ...assets]) {
    const path = relative(builtFolder(), filePath);
    const source = path.replace(/^assets\/assets\//, 'assets/').replace(/\.js$/, '.ts');
    expect([source, existsSync(source)]).toEqual([source, true]);
  }
});

test('the code that is deployed loads nothing but Node, if no phone numbers have to be read', async () => {
  const { functions, assets } = await deployed();
  const packages = [...functions, ...assets].flatMap(({ name, filePath, content }) => {
    const code = filePath.endsWith('.js') ? String(content) : '';
    const modules = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, module = '']) => module);
    return modules.filter((module) => !isBuiltin(module)).map((module) => [name, module]);
  });
  expect(packages).toEqual([['/phone-numbers.js', 'libphonenumber-js']]);
});

test('only what the Functions need is deployed with them, in exact versions', () => {
  expect(Object.keys(dependencies).sort()).toEqual([
    '@twilio/runtime-handler',
    'libphonenumber-js',
    'twilio',
  ]);
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('Node 22 is asked for, and nothing that Node 20 lacks', () => {
  expect(runtime).toBe('node22');
  expect(engines.node).toBe('>=20.12');
});

test('npm run deploy ends by naming what comes next', () => {
  expect(json('package.json').scripts.postdeploy).toMatch(/ && echo Next: npm run connect$/);
});

test('the lock file names no registry', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved"/);
});

describe('a rehearsal of twilio-run deploy', () => {
  const ACCOUNT_SID = `AC${'1'.repeat(32)}`;
  const AUTH_TOKEN = 'c0ffee'.padEnd(32, '7');
  let api: Awaited<ReturnType<typeof startFakeServerless>>;
  let output: string;
  beforeAll(async () => {
    api = await startFakeServerless(ACCOUNT_SID, AUTH_TOKEN);
    const project = copyProject();
    const variables = [
      `ACCOUNT_SID=${ACCOUNT_SID}`,
      `AUTH_TOKEN=${AUTH_TOKEN}`,
      'CRM_SOURCE=hubspot',
      'HUBSPOT_ACCESS_TOKEN=pat',
      'CRM_TIMEOUT_MS=2500',
    ];
    writeFileSync(join(project, '.env'), variables.join('\n'));
    const twilioRun = join(project, 'node_modules/twilio-run/bin/twilio-run.js');
    const env = { ...process.env, ...api.env };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [twilioRun, 'deploy'], {
      cwd: project,
      env,
    });
    output = stdout + stderr;
    rmSync(project, { recursive: true });
  }, 60_000);
  afterAll(() => api.close());

  const uploaded = (uploads: Upload[]) =>
    uploads.map(({ path, visibility }) => `${visibility} ${path}`).sort();

  test('uploads the two Functions and the Assets, with their visibility, as they are in dist', async () => {
    const { functions, assets } = await deployed();
    const inDist = (resources: typeof assets) =>
      resources.map(({ access, path }) => `${access} ${path}`).sort();
    expect(uploaded(api.deployed.functions)).toEqual(inDist(functions));
    expect(uploaded(api.deployed.assets)).toEqual(inDist(assets));
    for (const { path, filePath } of [...functions, ...assets]) {
      const upload = [...api.deployed.functions, ...api.deployed.assets].find((one) => one.path === path);
      expect([path, upload?.bytes.equals(readFileSync(filePath))]).toEqual([path, true]);
    }
  });

  test('asks for Node 22 and for the dependencies, with all that was uploaded', () => {
    const { Runtime, Dependencies, FunctionVersions, AssetVersions } = api.deployed.build;
    expect(Runtime).toBe('node22');
    const asked = JSON.parse(String(Dependencies).replace(/^"|"$/g, '')) as {
      name: string;
      version: string;
    }[];
    expect(Object.fromEntries(asked.map(({ name, version }) => [name, version]))).toEqual(dependencies);
    expect(FunctionVersions).toHaveLength(api.deployed.functions.length);
    expect(AssetVersions).toHaveLength(api.deployed.assets.length);
    expect(api.deployed.activated).toBe(true);
  });

  test('sets the variables of .env, without the credentials of the account', () => {
    expect(api.deployed.variables).toEqual({
      CRM_SOURCE: 'hubspot',
      HUBSPOT_ACCESS_TOKEN: 'pat',
      CRM_TIMEOUT_MS: '2500',
    });
    for (const { body } of api.calls) expect(body).not.toContain(AUTH_TOKEN);
  });

  test('prints the domain, and no credentials', () => {
    expect(output).toContain(DOMAIN);
    expect(output).not.toContain(AUTH_TOKEN);
  });
});
