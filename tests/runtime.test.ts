import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import conversation from './fixtures/on-conversation-add.json';
import participant from './fixtures/on-participant-added.json';
import { startTestRuntime, type TestRuntime } from './helpers/test-runtime';

const json = expect.stringContaining('application/json');
const ada = { ...conversation, 'MessagingBinding.Address': 'whatsapp:+14155550147' };
const byNumber = { status: 200, type: json, body: { friendly_name: '+33679571533' } };

/** Each request is answered by a process of its own, as with npm start: it loads what is there then. */
let runtime: TestRuntime;
let dist: string;
beforeAll(async () => {
  runtime = await startTestRuntime({
    forks: true,
    edit: (folder) => {
      dist = folder;
      cpSync(dist, `${dist}.as-built`, { recursive: true });
    },
  });
}, 30_000);
afterAll(() => runtime.stop());

describe('the build answers', () => {
  test('a message from a customer who is known, by POST and by GET', async () => {
    const named = {
      status: 200,
      type: json,
      body: {
        friendly_name: 'Ada Okafor',
        attributes: JSON.stringify({ avatar: `${runtime.url}/avatars/ada.png` }),
      },
    };
    expect(await runtime.post('/on-conversation-add', ada)).toEqual(named);
    expect(await runtime.get('/on-conversation-add', ada)).toEqual(named);
    const avatar = await fetch(`${runtime.url}/avatars/ada.png`);
    expect(avatar.headers.get('content-type')).toBe('image/png');
  });

  test('the captured events, of a customer who is not known', async () => {
    expect(await runtime.post('/on-conversation-add', conversation)).toEqual(byNumber);
    expect(await runtime.post('/on-participant-added', participant)).toEqual({
      status: 200,
      type: json,
      body: {},
    });
  });

  test('whoever opens it, with the page that says what to do next', async () => {
    for (const path of ['/', '/index.html']) {
      const { status, type, body } = await runtime.get(path, {});
      expect([status, type]).toEqual([200, expect.stringContaining('text/html')]);
      expect(body).toBe(readFileSync('assets/index.html', 'utf8'));
    }
  });

  test('no page of another site', async () => {
    const statusFor = async (headers: Record<string, string>) =>
      (await fetch(`${runtime.url}/`, { headers })).status;
    expect(await statusFor({ Origin: 'https://attacker.example' })).toBe(403);
    expect(await statusFor({ Origin: 'null' })).toBe(403);
    expect(await statusFor({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await statusFor({ Origin: 'http://localhost:4000' })).toBe(200);
    expect(await statusFor({})).toBe(200);
  });

  test('a customer who is known, and no credentials to link them with', async () => {
    const event = { ...participant, 'MessagingBinding.Address': '+14155550147' };
    expect(await runtime.post('/on-participant-added', event)).toEqual({
      status: 500,
      type: json,
      body: { error: 'no Twilio client: ACCOUNT_SID and AUTH_TOKEN are not set' },
    });
  });
});

describe('a build that is not as it was made:', () => {
  afterEach(() => {
    rmSync(dist, { recursive: true });
    cpSync(`${dist}.as-built`, dist, { recursive: true });
  });

  test.each<[string, (file: string) => void]>([
    ['missing', rmSync],
    ['cut short', (file) => truncateSync(file, 100)],
  ])(
    'compiled customers that are %s lose no message, and have the participant sent again',
    async (_name, edit) => {
      edit(join(dist, 'assets/customers.private.json'));
      expect(await runtime.post('/on-conversation-add', conversation)).toEqual(byNumber);
      expect(await runtime.post('/on-participant-added', participant)).toMatchObject({
        status: 503,
        type: json,
      });
      expect(runtime.log()).not.toContain('+33679571533');
    },
  );

  test('a mapping that is missing loses no message', async () => {
    rmSync(join(dist, 'assets/crm.private.js'));
    expect(await runtime.post('/on-conversation-add', ada)).toEqual({ status: 200, type: json, body: {} });
    const answer = await runtime.post('/on-participant-added', participant);
    expect(answer).toEqual({ status: 500, type: json, body: { error: 'unexpected error: see the log' } });
  });

  test('Assets may lie anywhere under other names, as they do where they are deployed', async () => {
    // There an Asset is /var/task/files/ZN…, without its folder, its name and its ending.
    mkdirSync(join(dist, 'files'));
    const files = readdirSync(join(dist, 'assets'), { recursive: true, encoding: 'utf8' });
    const paths: Record<string, string> = {};
    for (const [i, file] of files.filter((name) => name.includes('.private.')).entries()) {
      const sid = `ZN${i}`;
      paths[`/${file.replace('.private', '')}`] = sid;
      renameSync(join(dist, 'assets', file), join(dist, 'files', sid));
    }
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/crm.js', '/customers.json']));
    const getAssets = `() => Object.fromEntries(Object.entries(${JSON.stringify(paths)}).map(
      ([name, sid]) => [name, { path: require('node:path').join(__dirname, '../files', sid) }]))`;
    for (const name of readdirSync(join(dist, 'functions'))) {
      const file = join(dist, 'functions', name);
      copyFileSync(file, `${file}.deployed`);
      writeFileSync(
        file,
        `Runtime.getAssets = ${getAssets};\nexports.handler = require('./${name}.deployed').handler;`,
      );
    }
    expect(await runtime.post('/on-conversation-add', ada)).toMatchObject({
      body: { friendly_name: 'Ada Okafor' },
    });
  });
});
