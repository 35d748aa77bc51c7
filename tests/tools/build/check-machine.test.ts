import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'machine-'));
  mkdirSync(join(project, 'tools/build'), { recursive: true });
  for (const file of ['package.json', 'tools/build/check-machine.js']) cpSync(file, join(project, file));
});
afterEach(() => rmSync(project, { recursive: true }));

/** Runs the check as a Node of that version would. */
const check = (version = process.versions.node) => {
  const preload = join(project, 'version.js');
  const versions = `{ ...process.versions, node: '${version}' }`;
  writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${versions} });`);
  const args = ['--require', preload, join(project, 'tools/build/check-machine.js')];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stderr };
};
const install = () => {
  mkdirSync(join(project, 'node_modules/tsx'), { recursive: true });
  writeFileSync(join(project, 'node_modules/tsx/package.json'), '{}');
};

test('without packages, the remedy is one sentence', () => {
  expect(check()).toEqual({ status: 1, stderr: 'The packages are not installed yet: run npm ci first.\n' });
});

test.each(['16.20.2', '18.20.8', '20.9.0'])('Node %s is too old, and that is one sentence', (version) => {
  expect(check(version)).toEqual({
    status: 1,
    stderr: `This needs Node.js 20.19 or later, and runs on ${version}: install Node.js 22.\n`,
  });
});

test.each(['20.19.0', '22.0.0', '24.1.0'])('Node %s will do', (version) => {
  install();
  expect(check(version)).toEqual({ status: 0, stderr: '' });
});

test('each npm script that runs TypeScript becomes that process, so that SIGTERM to npm reaches it', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const running = Object.entries(scripts).filter(([, script]) => script.includes('.ts'));
  expect(running.map(([name]) => name)).toEqual(expect.arrayContaining(['start', 'simulate', 'dev']));
  const others = running.filter(
    ([, script]) => !/(^| && )exec node .*--require tsx\/cjs \S+\.ts$/.test(script),
  );
  expect(others).toEqual([]);
});

test('each npm script that needs packages checks first, itself or by another script', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const isChecked = (script = ''): boolean => {
    if (
      /^(exec node --require \.\/tools\/build\/check-machine\.js |node tools\/build\/check-machine\.js && |echo )/.test(
        script,
      )
    )
      return true;
    const [, first] = /^npm run (?:--silent )?([a-z:]+)/.exec(script) ?? [];
    return first !== undefined && isChecked(scripts[first]);
  };
  const unchecked = Object.keys(scripts).filter((name) => !isChecked(scripts[`pre${name}`] ?? scripts[name]));
  expect(unchecked).toEqual([]);
});
