import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { findCustomer, parseAddress } from '../assets/crm.private';
import { compileCustomers } from '../tools/customers/compile-customers';
import { contextOf, installRuntime } from './helpers/in-process-runtime';
import { startTestRuntime, type TestRuntime } from './helpers/test-runtime';

const README = readFileSync('README.md', 'utf8');
const blocks = [...README.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language, text = '']) => ({
  language,
  text,
}));
const block = (language: string, text: string) => {
  const found = blocks.find((one) => one.language === language && one.text.includes(text));
  if (!found) throw new Error(`README.md has no such block: ${text}`);
  return found.text;
};

describe('what the README shows', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await startTestRuntime({ flags: [] });
  }, 30_000);
  afterAll(() => runtime.stop());

  const calls = blocks.flatMap(({ text }, i) =>
    text.startsWith('curl ') ? [[text, blocks[i + 1]?.text ?? '']] : [],
  );

  test('has two questions', () => {
    expect(calls).toHaveLength(2);
  });

  test.each(calls)('is answered as it says: %s', (command = '', answer = '') => {
    const here = (text: string) => text.replaceAll('http://localhost:3000', runtime.url);
    const output = execFileSync('bash', ['-c', here(command)], { encoding: 'utf8', stdio: 'pipe' });
    expect(output).toBe(here(answer).trim());
  });

  test('is what the log has', async () => {
    const line = block('', 'onConversationAdd').trim();
    await runtime.logged(new RegExp(line.replaceAll('+', '\\+').replace(/ \d+ ms$/, ' \\d+ ms')));
  });
});

test('the customers that it shows are valid', () => {
  expect(compileCustomers(block('json', '"channels"'))).toMatchObject({ problems: [], warnings: [] });
});

test('the CRM source that it shows works', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'source-'));
  const { code } = transformSync(block('ts', 'CrmSource'), {
    filename: 'mine.ts',
    module: { type: 'commonjs' },
  });
  writeFileSync(join(folder, 'mine.js'), code);
  installRuntime({ '/crm/mine.js': join(folder, 'mine.js') });
  const crm = createServer(({ url }, response) => {
    if (url === '/customers?phone=%2B15551234567') response.end('[{"id":"C-1","name":"Ada Okafor"}]');
    else if (url?.includes('302')) response.writeHead(302, { Location: '/elsewhere' }).end();
    else response.writeHead(url?.includes('500') ? 500 : 404).end();
  }).listen(0);
  const MY_CRM_URL = `http://localhost:${(crm.address() as AddressInfo).port}`;
  const find = async (text: string) => {
    const address = parseAddress(text);
    return address && findCustomer(address, contextOf({ CRM_SOURCE: 'mine', MY_CRM_URL }), performance.now());
  };
  expect(await find('whatsapp:+15551234567')).toEqual({ customer_id: 'C-1', display_name: 'Ada Okafor' });
  expect(await find('+15551234568')).toBeUndefined();
  expect(await find('ada@example.com')).toBeUndefined();
  await expect(find('+500')).rejects.toThrow('CRM_SOURCE mine: my CRM answered 500: is MY_CRM_TOKEN right?');
  await expect(find('+302')).rejects.toThrow('CRM_SOURCE mine: fetch failed');
  crm.close();
  rmSync(folder, { recursive: true });
});

test('each line of settings that it shows is in .env.example, and names a source that is there', () => {
  const lines = blocks.flatMap(({ text }) => text.match(/^[A-Z_]+=\S.*$/gm) ?? []);
  expect(lines.length).toBeGreaterThan(10);
  const example = readFileSync('.env.example', 'utf8');
  for (const line of lines) {
    const [name = '', value] = line.split('=');
    expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'));
    if (name === 'CRM_SOURCE') expect(existsSync(`assets/crm/${value}.private.ts`)).toBe(true);
  }
});

test.each(['first', 'warm', 'memory', 'calls', 'links', 'load', 'faults'])(
  'the table %s is filled in',
  (name) => {
    const [, table] = new RegExp(`<!-- ${name} -->(.*)<!-- /${name} -->`, 's').exec(README) ?? [];
    expect(table?.split('\n').filter((line) => line.startsWith('|')).length).toBeGreaterThan(3);
  },
);

test('each npm script that it names exists', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = [...README.matchAll(/npm (?:run )?(start|test|(?<=run )[a-z:]+)/g)].map(
    ([, name = '']) => name,
  );
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});
