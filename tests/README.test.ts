import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import { type CrmSource, findCustomer, parseAddress } from '../assets/crm.private';
import { compileCustomers } from '../tools/customers/compile-customers';
import { captureLog, contextOf, installRuntime } from './helpers/in-process-runtime';
import { useSkippedPauses } from './helpers/skipped-pauses';
import { startTestRuntime, type TestRuntime } from './helpers/test-runtime';

const read = (path: string) => readFileSync(path, 'utf8');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync('docs').map((file) => `docs/${file}`),
];
/** The code that the pages show. It may be indented, as part of a list. */
const blocks = pages.flatMap((page) =>
  [...read(page).matchAll(/^( *)```(\w*)\n(.*?)^\1```/gms)].map(([, indent = '', language, text = '']) => ({
    page,
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  })),
);
const block = (language: string, text: string) => {
  const found = blocks.find((one) => one.language === language && one.text.includes(text));
  if (!found) throw new Error(`no page has such a block: ${text}`);
  return found.text;
};
/** The commands that the pages show, each on one line. */
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, '').split('\n'));

describe('the events that the pages show', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await startTestRuntime();
  }, 30_000);
  afterAll(() => runtime.stop());

  const calls = blocks.flatMap(({ page, text }, i) =>
    text.startsWith('curl ') ? [[page, text, blocks[i + 1]?.text ?? '']] : [],
  );

  test('are one of a known and one of an unknown customer', () => {
    expect(calls.map(([page]) => page)).toEqual(['README.md', 'CONTRIBUTING.md']);
  });

  test.each(calls)('are answered as %s says', (_page, command = '', answer = '') => {
    const here = (text: string) => text.replaceAll('http://localhost:3000', runtime.url);
    const output = execFileSync('bash', ['-c', here(command)], { encoding: 'utf8', stdio: 'pipe' });
    expect(output).toBe(here(answer).trim());
  });

  test('write the line that the pages show to the log', async () => {
    const lines = new Set(blocks.flatMap(({ text }) => text.match(/^onConversationAdd .*$/m) ?? []));
    expect(lines.size).toBe(1);
    const [line = ''] = lines;
    await runtime.logged(new RegExp(line.replaceAll('+', '\\+').replace(/ \d+ ms$/, ' \\d+ ms')));
  });
});

test('the customers that the README shows are valid', () => {
  expect(compileCustomers(block('json', '"channels"'))).toMatchObject({ warnings: [] });
});

describe('the CRM source that docs/crms.md shows', () => {
  useSkippedPauses();
  const source = block('ts', 'CrmSource');
  let folder: string;
  let crm: Server;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'source-'));
    mkdirSync(join(folder, 'crm'));
    crm = createServer(({ url = '', headers }, response) => {
      const [, phone = ''] = /^\/customers\?phone=%2B(\d+)$/.exec(url) ?? [];
      if (headers.authorization !== 'Bearer secret') response.writeHead(401).end();
      else if (phone === '15551234567') response.end('{"customers":[{"id":"C-1","name":"Ada Okafor"}]}');
      else if (phone === '302') response.writeHead(302, { Location: '/elsewhere' }).end();
      else if (phone === '500') response.writeHead(500).end();
      else response.end('{"customers":[]}');
    }).listen(0);
  });
  afterAll(() => {
    crm.close();
    rmSync(folder, { recursive: true });
  });

  test('has no type error beside the CRM mapping', () => {
    writeFileSync(join(folder, 'crm/mine.private.ts'), source);
    for (const file of readdirSync('assets').filter((name) => name.endsWith('.ts'))) {
      copyFileSync(`assets/${file}`, join(folder, file));
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const tsconfig = { extends: resolve('tsconfig.json'), include: ['crm'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const tsc = resolve('node_modules/typescript/bin/tsc');
    const check = () =>
      execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', stdio: 'pipe' });
    expect(check()).toBe('');
  });

  test('finds customers, and says what to do when it cannot', async () => {
    const log = captureLog();
    const { code } = transformSync(source, { filename: 'mine.ts', module: { type: 'commonjs' } });
    writeFileSync(join(folder, 'mine.js'), code);
    installRuntime({ '/crm/mine.js': join(folder, 'mine.js') });
    const variables = {
      CRM_SOURCE: 'mine',
      MY_CRM_URL: `http://localhost:${(crm.address() as AddressInfo).port}`,
      MY_CRM_TOKEN: 'secret',
    };
    const find = async (text: string, changed = {}) => {
      const address = parseAddress(text);
      return (
        address &&
        findCustomer(address, contextOf({ ...variables, ...changed }), { startedAt: performance.now() })
      );
    };
    expect(await find('whatsapp:+15551234567')).toEqual({ customer_id: 'C-1', display_name: 'Ada Okafor' });
    expect(await find('+15551234568')).toBeUndefined();
    expect(await find('ada@example.com')).toBeUndefined();
    await expect(find('+500')).rejects.toThrow('CRM_SOURCE mine: my CRM answered 500');
    await expect(find('+302')).rejects.toThrow('CRM_SOURCE mine: my CRM answered 302: redirects');
    await expect(find('+15551234567', { MY_CRM_TOKEN: 'old' })).rejects.toThrow('is MY_CRM_TOKEN right?');
    await expect(find('+15551234567', { MY_CRM_TOKEN: '' })).rejects.toThrow('MY_CRM_TOKEN');
    await expect(find('+15551234567', { MY_CRM_URL: 'ftp://crm' })).rejects.toThrow('MY_CRM_URL');
    expect(log()).toEqual([]);
  });
});

describe('settings', () => {
  const example = read('.env.example');

  test('that the pages show are in .env.example, and name a source that is there', () => {
    const lines = blocks.flatMap(({ text }) => text.match(/^[A-Z_]+=\S.*$/gm) ?? []);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const [name = '', value] = line.split('=');
      expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'));
      if (name === 'CRM_SOURCE')
        expect([value, existsSync(`assets/crm/${value}.private.ts`)]).toEqual([value, true]);
    }
  });

  test('that .env.example has are explained in the README or in docs/crms.md', () => {
    const names = new Set([...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name = '']) => name));
    expect([...names]).toEqual(
      expect.arrayContaining(['AUTH_TOKEN', 'CUSTOMERS_FILE', 'AIRTABLE_PHONE_FIELD']),
    );
    const explained = read('README.md') + read('docs/crms.md');
    const missing = [...names].filter((name) => !new RegExp(`^${name}=|\`${name}\``, 'm').test(explained));
    expect(missing).toEqual([]);
  });

  test('that the Functions, the CRM mapping and its sources read are in .env.example', () => {
    installRuntime();
    const ofSources = readdirSync('assets/crm').flatMap((file) =>
      Object.keys((require(`../assets/crm/${file}`) as CrmSource).settings ?? {}),
    );
    const mapping = read('assets/crm.private.ts').replaceAll(/\bCRM_TIMEOUT_(MAX|DEFAULT)_MS/g, '');
    const webhook = read('functions/on-participant-added.protected.ts');
    const ofMapping = `${mapping}${webhook}`.match(/\b(?:CRM|CHAT)_[A-Z_]+/g) ?? [];
    const names = new Set([...ofSources, ...ofMapping]);
    expect([...names]).toEqual(expect.arrayContaining(['CRM_TIMEOUT_MS', 'SALESFORCE_AVATAR_FIELD']));
    const missing = [...names].filter((name) => !new RegExp(`^(# )?${name}=`, 'm').test(example));
    expect(missing).toEqual([]);
  });
});

describe('commands', () => {
  test('of npm that the pages name exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm (?:run )?(start|test|(?<=run )[a-z:-]+)/g)].map(([, name = '']) => name),
    );
    expect(named).toEqual(expect.arrayContaining(['deploy', 'customers:upload', 'faults']));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  test('of twilio-run that the pages show have the flags that they show', () => {
    const shown = commands.flatMap((command) => {
      const [, name = '', flags = ''] =
        /^npx twilio-run ([a-z]+(?: unset)?)(.*)/.exec(command) ??
        /^npm run (deploy) --( .*)/.exec(command) ??
        [];
      return name ? [[name, flags.match(/(?<= --)[a-z-]+/g) ?? []] as const] : [];
    });
    expect(shown.map(([name]) => name)).toEqual(
      expect.arrayContaining(['logs', 'deploy', 'promote', 'env unset']),
    );
    for (const [name, flags] of shown) {
      const file = name === 'env unset' ? 'env/env-unset' : name;
      const { options } = require(`twilio-run/dist/commands/${file}`).cliInfo;
      const known = Object.entries(options as Record<string, { alias?: string }>).flatMap(
        ([flag, { alias }]) => [flag, alias],
      );
      expect(known).toEqual(expect.arrayContaining([...flags]));
    }
  });
});

test('each link within the project leads to a file, and to a heading if it names one', () => {
  // As GitHub makes them: https://docs.github.com/get-started/writing-on-github (section links)
  const anchorsOf = (page: string) =>
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(
      ([, heading = '']) =>
        `#${heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
          .replaceAll(' ', '-')}`,
    );
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!\w+:)([^)\s#]*)(#[^)\s]*)?\)/g)].map(([, path, anchor]) => {
      const target = path ? join(dirname(page), path) : page;
      return { page, target, anchor };
    }),
  );
  expect(links.length).toBeGreaterThan(20);
  const dead = links.filter(
    ({ target, anchor }) => !existsSync(target) || (anchor && !anchorsOf(target).includes(anchor)),
  );
  expect(dead).toEqual([]);
});

test('the layout in the README names each folder, and no other', () => {
  const [, layout = ''] = /^## Layout\n+```\n(.*?)```/ms.exec(read('README.md')) ?? [];
  let parent = '';
  const named = [...layout.matchAll(/^( *)([\w-]+\/)/gm)].map(([, indent, folder = '']) => {
    if (!indent) parent = folder;
    return indent ? parent + folder : folder;
  });
  const foldersIn = (path: string) =>
    readdirSync(path || '.', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$|coverage$)/.test(entry.name))
      .map(({ name }) => `${path}${name}/`);
  const inside = foldersIn('')
    .filter((folder) => folder !== 'tests/')
    .flatMap(foldersIn);
  expect(named.sort()).toEqual([...foldersIn(''), ...inside].sort());
});

test('the figures that the README repeats are those of docs/measurements.md', () => {
  const [, last = ''] = /^(`npm run faults` breaks.*?)\n\n/ms.exec(read('README.md')) ?? [];
  const figures = last.replaceAll('100,000', '').match(/\d[\d,]*( ms)?/g) ?? [];
  expect(figures).toHaveLength(3);
  for (const figure of figures) expect(read('docs/measurements.md')).toMatch(new RegExp(`\\| ${figure} \\|`));
});
