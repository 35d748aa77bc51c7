import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { getListOfFunctionsAndAssets } from '@twilio-labs/serverless-api/dist/utils/fs';
import { builtFolder } from '../tools/build/built-folder';
import { connect } from '../tools/commands/connect/connect';
import { doctor } from '../tools/commands/doctor/doctor';
import { connectToFake } from '../tools/fakes/connect-to-fake';
import { type FakeAccount, startFakeAccount } from '../tools/fakes/twilio/fake-account';
import { DOMAIN, type Upload } from '../tools/fakes/twilio/serverless';
import { copyProject } from '../tools/runtime/local-runtime';
import { ACCOUNT } from './helpers/fake-account';
import { runHere } from './helpers/run-here';
import { startTestRuntime, type TestRuntime } from './helpers/test-runtime';

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
  expect(engines.node).toBe('>=20.19');
});

test('npm run deploy ends by naming what comes next', () => {
  expect(json('package.json').scripts.postdeploy).toMatch(/^echo Next, .*: npm run connect$/);
});

/** What leads from a clone to an installation is run as a user runs it; what is looked up, and put back, in this process. */
describe('a rehearsal: twilio-run deploy, npm run connect, npm run doctor, and undo', () => {
  const { accountSid, authToken } = ACCOUNT;
  const repository = process.cwd();
  let account: FakeAccount;
  let runtime: TestRuntime;
  let project: string;
  let output: string;
  const deploys = () => account.state().deployed;

  const run = async (...args: string[]) => {
    const { BUILD_FOLDER: _, ACCOUNT_SID: __, AUTH_TOKEN: ___, ...others } = process.env;
    const options = { cwd: project, env: { ...others, ...account.env } };
    try {
      return { code: 0, ...(await promisify(execFile)(process.execPath, args, options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  };
  /** The account that is in `.env`, for a command that runs here. */
  const inAccount = () => ({
    env: { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken },
    connect: () => connectToFake(account, ACCOUNT),
  });

  beforeAll(async () => {
    [account, runtime] = await Promise.all([startFakeAccount(ACCOUNT), startTestRuntime()]);
    account.state().domains[DOMAIN] = runtime.url;
    project = copyProject();
    const credentials = [`ACCOUNT_SID=${accountSid}`, `AUTH_TOKEN=${authToken}`];
    writeFileSync(
      join(project, '.env'),
      [...credentials, 'CRM_TIMEOUT_MS=2500', 'CRM_SOURCE=file'].join('\n'),
    );
    const { code, stdout, stderr } = await run(
      join(project, 'node_modules/twilio-run/bin/twilio-run.js'),
      'deploy',
    );
    output = stdout + stderr;
    expect([code, output]).toEqual([0, expect.any(String)]);
  }, 60_000);
  afterAll(() => {
    process.chdir(repository);
    account.close();
    rmSync(project, { recursive: true });
    return runtime.stop();
  });

  const uploaded = (uploads: Upload[]) =>
    uploads.map(({ path, visibility }) => `${visibility} ${path}`).sort();

  test('uploads the two Functions and the Assets, with their visibility, as they are in dist', async () => {
    const { functions, assets } = await deployed();
    const inDist = (resources: typeof assets) =>
      resources.map(({ access, path }) => `${access} ${path}`).sort();
    expect(uploaded(deploys().functions)).toEqual(inDist(functions));
    expect(uploaded(deploys().assets)).toEqual(inDist(assets));
    for (const { path, filePath } of [...functions, ...assets]) {
      const upload = [...deploys().functions, ...deploys().assets].find((one) => one.path === path);
      expect([path, upload?.bytes.equals(readFileSync(filePath))]).toEqual([path, true]);
    }
  });

  test('asks for Node 22 and for the dependencies, with all that was uploaded', () => {
    const { Runtime, Dependencies, FunctionVersions, AssetVersions } = deploys().build;
    expect(Runtime).toBe('node22');
    const asked = JSON.parse(String(Dependencies).replace(/^"|"$/g, '')) as {
      name: string;
      version: string;
    }[];
    expect(Object.fromEntries(asked.map(({ name, version }) => [name, version]))).toEqual(dependencies);
    expect(FunctionVersions).toHaveLength(deploys().functions.length);
    expect(AssetVersions).toHaveLength(deploys().assets.length);
    expect(deploys().activated).toBe(true);
  });

  test('sets the variables of .env, without the credentials of the account', () => {
    expect(deploys().variables).toEqual({ CRM_TIMEOUT_MS: '2500', CRM_SOURCE: 'file' });
    expect(account.calls.length).toBeGreaterThan(10);
    for (const { body } of account.calls) expect(body).not.toContain(authToken);
  });

  test('prints the domain, and no credentials', () => {
    expect(output).toContain(DOMAIN);
    expect(output).not.toContain(authToken);
  });

  test('after that, connect is what is missing; then all is well, until it is undone', async () => {
    process.chdir(project);
    expect(existsSync('.twiliodeployinfo')).toBe(true);
    const early = await runHere(doctor, [], inAccount());
    expect([early.code, early.out]).toEqual([1, [expect.stringContaining('→ Run npm run connect.')]]);

    const connectTool = join(repository, 'tools/commands/connect/connect.ts');
    const connected = await run('--require', require.resolve('tsx/cjs'), connectTool, '--yes');
    expect([connected.code, connected.stderr]).toEqual([0, '']);
    expect(connected.stdout).toContain('npm run doctor');
    expect(connected.stdout).not.toContain('\u001b[');

    const well = await runHere(doctor, ['--json'], inAccount());
    expect([well.code, well.problems, JSON.parse(well.out.join())]).toMatchObject([0, [], { ok: true }]);

    expect(await runHere(connect, ['--undo', '--yes'], inAccount())).toMatchObject({ code: 0, problems: [] });
    expect(account.state().configuration.webhooks.account).toMatchObject({
      preWebhookUrl: null,
      postWebhookUrl: null,
    });
    expect((await runHere(doctor, ['webhooks'], inAccount())).code).toBe(1);
  }, 60_000);
});
