import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { getListOfFunctionsAndAssets } from '@twilio-labs/serverless-api/dist/utils/fs';

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const { functionsFolder, assetsFolder, runtime } = json('.twilioserverlessrc');
const { dependencies, engines } = json('package.json');

/** What twilio-run deploy and twilio serverless:deploy would upload. */
const deployed = async () => {
  const config = { functionsFolderNames: [functionsFolder], assetsFolderNames: [assetsFolder] };
  const { functions, assets } = await getListOfFunctionsAndAssets(process.cwd(), config);
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
  expect(pathsAndAccess((await deployed()).assets)).toEqual({
    '/crm.js': 'private',
    '/crm/file.js': 'private',
    '/customers.json': 'private',
    '/index.html': 'public',
    '/assets/index.html': 'public',
    '/avatars/ada.png': 'public',
    '/avatars/luca.png': 'public',
    '/avatars/mina.png': 'public',
  });
});

test('each file of dist is one of the repository, under its own name', async () => {
  const { functions, assets } = await deployed();
  for (const { filePath } of [...functions, ...assets]) {
    const source = filePath.replace(/\/dist\/(assets(?=\/assets\/))?/, '/').replace(/\.js$/, '.ts');
    expect([source, existsSync(source)]).toEqual([source, true]);
  }
});

test('the code that is deployed loads nothing but Node, and twilio through the runtime', async () => {
  const { functions, assets } = await deployed();
  for (const { filePath } of [...functions, ...assets].filter((file) => file.filePath.endsWith('.js'))) {
    const code = readFileSync(filePath, 'utf8');
    const modules = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name = '']) =>
      name.replace('node:', ''),
    );
    expect(modules.filter((name) => !builtinModules.includes(name))).toEqual([]);
  }
});

test('only what the Functions need is deployed with them, the runtime in an exact version', () => {
  expect(Object.keys(dependencies).sort()).toEqual(['@twilio/runtime-handler', 'twilio']);
  expect(dependencies['@twilio/runtime-handler']).toMatch(/^\d+\.\d+\.\d+$/);
});

test('Node 22 is asked for, and nothing that Node 20 lacks', () => {
  expect(runtime).toBe('node22');
  expect(engines.node).toBe('>=20.12');
});

test('every variable that the code reads is documented in .env.example and in the README', () => {
  const files = ['assets/crm.private.ts', 'assets/crm/file.private.ts', 'tools/build.ts'];
  const code = files.map((file) => readFileSync(file, 'utf8')).join();
  const read = [...code.matchAll(/(?:context|process\.env)\.(CRM_[A-Z_]+)/g)].map(([, name]) => name);
  expect(new Set(read).size).toBe(3);
  for (const name of [...read, 'ACCOUNT_SID', 'AUTH_TOKEN']) {
    expect(readFileSync('.env.example', 'utf8')).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
    expect(readFileSync('README.md', 'utf8')).toContain(`\`${name}\``);
  }
});

test('the lock file names no registry', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved"/);
});
