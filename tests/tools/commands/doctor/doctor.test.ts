import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from '../../../../tools/commands/connect/connect';
import type { Check } from '../../../../tools/commands/doctor/check';
import { ok } from '../../../../tools/commands/doctor/check';
import { doctor } from '../../../../tools/commands/doctor/doctor';
import type { Installation } from '../../../../tools/commands/doctor/installation';
import { runChecks } from '../../../../tools/commands/doctor/run-checks';
import { SAMPLE } from '../../../../tools/commands/doctor/sample-customers';
import { type FakeConversations, startFakeConversations } from '../../../../tools/fakes/twilio/conversations';
import { type AccountState, SERVICES } from '../../../../tools/fakes/twilio/fake-account';
import { DOMAIN } from '../../../../tools/fakes/twilio/serverless';
import { ACCOUNT, PRE_URL, type Runs, useFakeAccount } from '../../../helpers/fake-account';
import { passTime } from '../../../helpers/pass-time';
import { startTestRuntime, type TestRuntime } from '../../../helpers/test-runtime';

// The first test loads what the commands need.
jest.setTimeout(20_000);

/** The API that the Functions call. */
let api: FakeConversations;
let runtime: TestRuntime;
/** Under this path, the Functions are served as if they were deployed with settings that lack something. */
const BROKEN = '/without-token';
beforeAll(async () => {
  const { accountSid: ACCOUNT_SID } = ACCOUNT;
  // The local runtime accepts no other.
  const AUTH_TOKEN = '1'.repeat(32);
  api = await startFakeConversations(ACCOUNT_SID, AUTH_TOKEN);
  runtime = await startTestRuntime({
    variables: { ACCOUNT_SID, AUTH_TOKEN, ...api.env },
    edit(dist) {
      mkdirSync(join(dist, 'functions', BROKEN));
      for (const name of ['on-conversation-add', 'on-participant-added']) {
        const file = `${name}.protected.js`;
        writeFileSync(
          join(dist, 'functions', BROKEN, file),
          `const { handler } = require('../${file}');
          exports.handler = (context, ...rest) => handler({ ...context, CRM_SOURCE: 'hubspot' }, ...rest);`,
        );
      }
    },
  });
}, 60_000);
afterAll(() => Promise.all([runtime.stop(), api.close()]));
const SECOND = 'second-1-dev.twil.io';
const account = useFakeAccount(() => runtime.url, [DOMAIN, SECOND]);
const [DEFAULT, OTHER] = SERVICES;
/** In a Functions service of its own. */
const deploySecond = () => {
  account.state().deployed.others.push(SECOND);
  account.state().domains[SECOND] = runtime.url;
};
const NAMES = [
  'account',
  'deployment',
  'functions',
  'webhooks',
  'inbound',
  'crm',
  'conversations',
  'last-day',
  'load',
];

interface Report {
  ok: boolean;
  verdict: string;
  checks: { name: string; verdict: string; findings: { verdict: string; seen: string; fix?: string }[] }[];
}
const run = async (args: string[] = [], runs?: Runs) => {
  const ran = await account.run(doctor, ['--json', ...args], runs);
  return { ...ran, report: JSON.parse(ran.out) as Report };
};
/** The checks that are not well, and what they found. */
const ills = ({ checks }: Report) =>
  Object.fromEntries(
    checks
      .filter(({ verdict }) => verdict !== 'ok')
      .map(({ name, verdict, findings }) => [
        name,
        [
          verdict,
          ...findings.filter((one) => one.verdict !== 'ok').map(({ seen, fix }) => `${seen} → ${fix}`),
        ],
      ]),
  );
afterEach(() => jest.restoreAllMocks());
/** What `npm run connect` has set in a new account, and its history. */
let connected: { set: Partial<AccountState>; history: string } | undefined;
/** Leaves the new account, and the project, as `npm run connect` does, which is run for the first test that needs it. */
async function install() {
  if (connected) {
    Object.assign(account.state(), structuredClone(connected.set));
    writeFileSync('.twilioconnectinfo', connected.history);
    return;
  }
  await account.run(connect, ['--yes', '--replace']);
  const { configuration, retryCounts } = account.state();
  const history = readFileSync('.twilioconnectinfo', 'utf8');
  connected = { set: structuredClone({ configuration, retryCounts }), history };
}

test('after connect, all is well, and nothing is changed', async () => {
  await install();
  account.server().calls.length = 0;
  const { code, report } = await run();
  expect(ills(report)).toEqual({});
  expect([code, report.ok, report.checks.map(({ name }) => name)]).toEqual([0, true, NAMES]);
  expect(account.writes()).toEqual([]);
});

test('before connect, it says that Twilio does not call, and names connect', async () => {
  const { code, report } = await run();
  expect(code).toBe(1);
  expect(Object.keys(ills(report))).toEqual(['webhooks', 'load']);
  expect(ills(report).webhooks).toEqual([
    'problem',
    'global webhooks: Pre-Event URL is not set; Post-Event URL is not set; ' +
      'no filter for onConversationAdd, onParticipantAdded → Run npm run connect.',
    expect.stringContaining('repeats 0 and 0 times'),
  ]);
  expect(ills(report).load).toEqual([
    'warning',
    expect.stringContaining("If Twilio's API hangs, messages could be lost: run npm run connect"),
  ]);
});

test('the last line counts what was found, and not the checks', async () => {
  const { out } = await account.run(doctor, ['webhooks']);
  expect(out.split('\n').at(-1)).toBe('1 problem, 1 warning.');
});

test('text has a line for each check that is well, and says so at the end', async () => {
  await install();
  const { out } = await account.run(doctor);
  const lines = out.split('\n');
  expect(lines.flatMap((line) => /^✔ ([a-z-]+) /.exec(line)?.[1] ?? [])).toEqual(NAMES);
  expect(lines.at(-1)).toBe('All well.');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

describe('with one thing broken, that check says so, and no other', () => {
  const state = () => account.state();
  const webhooks = (scope = 'account') =>
    account.webhooks(scope) as NonNullable<ReturnType<typeof account.webhooks>>;
  const filesOf = () => state().deployed;
  const stranger = {
    method: 'POST',
    preWebhookUrl: 'https://crm.acme.com/pre',
    postWebhookUrl: null,
    filters: ['onMessageAdd'],
  };
  const inboundIn = (conversation_service_sid: string | null) =>
    state().configuration.addresses.push({
      type: 'sms',
      address: '+15017122661',
      autoCreation: { enabled: true, type: 'default', conversation_service_sid },
    });

  const giveToStranger = () => {
    inboundIn(OTHER);
    state().retryCounts.set(OTHER, { pre: 3, post: 3 });
    state().configuration.webhooks[OTHER] = stranger;
  };

  test.each<[name: string, verdict: string, found: string, breaks: () => void]>([
    ['account', 'problem', 'the account is suspended', () => (state().status = 'suspended')],
    [
      'deployment',
      'problem',
      '/on-conversation-add is public: anyone can call it',
      () => Object.assign(filesOf().functions[0] ?? {}, { visibility: 'public' }),
    ],
    ['deployment', 'problem', '/on-participant-added is not deployed', () => filesOf().functions.pop()],
    [
      'deployment',
      'problem',
      'anyone can read /customers.json',
      () => Object.assign(filesOf().assets[2] ?? {}, { visibility: 'public' }),
    ],
    ['deployment', 'warning', 'it runs on node18', () => (filesOf().build.Runtime = 'node18')],
    [
      'deployment',
      'warning',
      '/on-conversation-add is not what has been built here',
      () => Object.assign(filesOf().functions[0] ?? {}, { bytes: Buffer.from('old') }),
    ],
    [
      'deployment',
      'problem',
      'CHAT_SERVICE_SID there is not a Conversations service',
      () => (filesOf().variables = { CHAT_SERVICE_SID: `IS${'c'.repeat(32)}` }),
    ],
    [
      'deployment',
      'problem',
      'CHAT_SERVICE_SID there is not a Conversations service',
      () => (filesOf().variables = { CHAT_SERVICE_SID: '../x' }),
    ],
    [
      'webhooks',
      'problem',
      `Pre-Event URL is that of another deployment, ${SECOND}`,
      () => {
        deploySecond();
        webhooks().preWebhookUrl = `https://${SECOND}/on-conversation-add`;
        webhooks().postWebhookUrl = `https://${SECOND}/on-participant-added`;
      },
    ],
    ['webhooks', 'problem', "another backend's", () => (webhooks().preWebhookUrl = 'https://acme.com/')],
    ['webhooks', 'problem', 'Method is GET', () => (webhooks().method = 'GET')],
    ['webhooks', 'problem', 'no filter for onParticipantAdded', () => webhooks().filters?.pop()],
    [
      'webhooks',
      'warning',
      'onMessageAdd come to the Pre-Event URL',
      () => webhooks().filters?.push('onMessageAdd'),
    ],
    [
      'webhooks',
      'warning',
      'repeats 3 and 0 times',
      () => state().retryCounts.set(DEFAULT, { pre: 3, post: 0 }),
    ],
    ['webhooks', 'warning', 'cannot be read', () => state().retryCounts.clear()],
    [
      'webhooks',
      'problem',
      `webhooks of ${DEFAULT}: Pre-Event URL is another backend's`,
      () => (state().configuration.webhooks[DEFAULT] = stranger),
    ],
    [
      'webhooks',
      'warning',
      `${OTHER} has another backend`,
      () => {
        inboundIn(null);
        giveToStranger();
      },
    ],
    [
      'webhooks',
      'problem',
      `the default Conversations service, ${DEFAULT}, is gone`,
      () => state().configuration.services.shift(),
    ],
    ['inbound', 'problem', 'which is gone', () => inboundIn(`IS${'c'.repeat(32)}`)],
    [
      'conversations',
      'warning',
      '2 of the newest 3 go by a number',
      () =>
        state().configuration.conversations.push(
          { friendlyName: '+14155550147', state: 'active' },
          { friendlyName: null, state: 'active' },
          { friendlyName: 'Ada Okafor', state: 'inactive' },
          { friendlyName: '+14155550148', state: 'closed' },
        ),
    ],
    [
      'last-day',
      'warning',
      'Twilio noted errors: 50056 (2 times)',
      () => {
        const ours = { errorCode: '50056', requestUrl: PRE_URL, logLevel: 'error' } as const;
        state().alerts.push(ours, ours, { ...ours, requestUrl: 'https://acme.com/' });
      },
    ],
    [
      'last-day',
      'warning',
      '1 named, 1 unknown, 1 linked, 1 failed; slowest 3010 ms',
      () =>
        filesOf().log.push(
          ...[
            'onConversationAdd +1415•••0147 known customer_id="C-1" source=file 4 ms',
            'onConversationAdd +1415•••0148 unknown source=file 3 ms',
            // Of the check of the CRM.
            'onConversationAdd +1500•••0001 unknown source=file 3 ms',
            'onParticipantAdded +1415•••0147 linked customer_id="C-1" source=file 90 ms',
            'onConversationAdd +1415•••0149 CRM failed (no answer in time) source=hubspot 3010 ms',
          ].map((message) => ({ level: 'info', message })),
        ),
    ],
    ...[
      ["onConversationAdd: the conversation is created as it is. Cannot find module '/crm.js'", '1 failed'],
      ["onParticipantAdded: Cannot find module '/crm.js'", '1 failed'],
      ['onParticipantAdded +1415•••0147 conversation not named: 403 (20003) source=file 90 ms', '1 failed'],
      ['onParticipantAdded +1415•••0147 not asked, since it has not answered others', '1 failed'],
      [
        'onParticipantAdded +1415•••0147 gone, or in another Conversations service: set CHAT_SERVICE_SID to that (IS…)',
        'participants who were gone, or in another Conversations service: 1',
      ],
      [
        'onMessageAdd came to the URL of onConversationAdd: untick it in the Console, under Webhook Filtering',
        'events that came to a URL that is not for them: 1',
      ],
    ].map(([message = '', found = '']): [string, string, string, () => void] => [
      'last-day',
      'warning',
      found,
      () => filesOf().log.push({ level: 'error', message }),
    ]),
  ])('%s: %s, %s', async (name, verdict, found, breaks) => {
    await install();
    breaks();
    const { code, report } = await run();
    const { [name]: ill, ...others } = ills(report);
    expect(ill?.[0]).toBe(verdict);
    expect(ill?.slice(1).join('\n')).toContain(found);
    expect(ill?.slice(1).join('\n')).not.toMatch(/→ (undefined)?$/m);
    expect(others).toEqual({});
    expect(code).toBe(verdict === 'problem' ? 1 : 0);
  });

  test.each([
    ['hubspot', 'HUBSPOT_ACCESS_TOKEN not set there'],
    ['acme', 'CRM_SOURCE=acme is not a CRM'],
  ])('deployment: with CRM_SOURCE %s, which is another here', async (source, found) => {
    await install();
    filesOf().variables = { CRM_SOURCE: source };
    expect(ills((await run()).report)).toEqual({
      deployment: ['problem', expect.stringContaining(found)],
      crm: ['warning', expect.stringContaining(`CRM_SOURCE is ${source} where it is deployed, and file in`)],
    });
  });

  test('functions: open to anyone', async () => {
    await install();
    account.server().faultOf = ({ host, headers }) =>
      host === DOMAIN && !headers['x-twilio-signature'] ? { status: 500 } : undefined;
    const { report } = await run();
    expect(ills(report)).toEqual({
      functions: [
        'problem',
        expect.stringContaining('an unsigned call of /on-conversation-add was answered 500: anyone can call'),
        expect.stringContaining('an unsigned call of /on-participant-added was answered 500'),
      ],
    });
  });

  test.each<[verdict: string, found: string, answer: { status?: number; body?: object; afterMs?: number }]>([
    ['problem', 'answers 500', { status: 500 }],
    ['problem', 'answers 200, not {}', { body: { error: 'x' } }],
    ['warning', "ms of Twilio's 5 s", { afterMs: 3100 }],
  ])('functions: %s, %s', async (verdict, found, { status = 200, body = {}, afterMs = 0 }) => {
    let calls = 0;
    const server = createServer((_request, response) => {
      // They are called side by side.
      if (calls++ === 0) passTime(afterMs);
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify(body));
    }).listen(0);
    state().domains[DOMAIN] = `http://localhost:${(server.address() as AddressInfo).port}`;
    const { report } = await run(['functions']);
    server.close();
    expect(ills(report)).toEqual({
      functions: [verdict, expect.stringContaining(found), expect.stringContaining(found)],
    });
  });

  test('functions: that do not answer', async () => {
    account.server().faultOf = ({ host }) => (host === DOMAIN ? 'drop' : undefined);
    const found = expect.stringContaining('does not answer (ECONNRESET)');
    expect(ills((await run(['functions'])).report)).toEqual({ functions: ['problem', found, found] });
  });

  test('account: with Flex, where Frontline cannot be, and which takes the events', async () => {
    await install();
    webhooks().target = 'flex';
    expect(ills((await run()).report)).toEqual({
      account: ['warning', expect.stringContaining('Frontline cannot be in an account with Flex')],
      webhooks: ['problem', expect.stringContaining('Target is flex, not webhook')],
    });
  });

  test('last-day: a log that cannot be read is not checked, and the rest is', async () => {
    await install();
    account.server().faultOf = ({ path }) =>
      /\/Logs\b/.test(path) ? { status: 403, code: 20003 } : undefined;
    const { code, report } = await run();
    expect([code, ills(report)]).toEqual([
      0,
      { 'last-day': ['skipped', expect.stringContaining('the log cannot be read')] },
    ]);
  });

  test('functions: signed with a token that is not the primary one', async () => {
    await install();
    account.server().faultOf = ({ host }) => (host === DOMAIN ? { status: 403 } : undefined);
    const { report } = await run();
    expect(ills(report)).toEqual({
      functions: [
        'problem',
        expect.stringContaining('primary Auth Token'),
        expect.stringContaining('refuses'),
      ],
      crm: ['skipped', expect.stringContaining('refuse the signature')],
    });
  });
});

describe('the webhooks', () => {
  const set = (scope: string, webhooks: object) =>
    Object.assign(account.state().configuration.webhooks, {
      [scope]: { ...account.webhooks(scope), ...webhooks },
    });
  const found = async (...checks: string[]) => ills((await run(checks)).report);

  test('are judged globally, too, if the default service is gone', async () => {
    account.state().configuration.services.shift();
    expect((await found('webhooks')).webhooks).toEqual([
      'problem',
      expect.stringContaining('is gone'),
      expect.stringContaining('global webhooks: Pre-Event URL is not set'),
    ]);
  });

  test('of a default service that another backend has are connected by its name, also for what is repeated', async () => {
    await install();
    set(DEFAULT, { preWebhookUrl: 'https://acme.com/pre', filters: ['onMessageAdd'] });
    account.state().retryCounts.set(DEFAULT, { pre: 0, post: 0 });
    const { webhooks, load } = await found('webhooks', 'load');
    expect(webhooks?.at(-1)).toContain(`→ Run npm run connect -- --service ${DEFAULT}: it sets 3.`);
    expect(load?.at(-1)).toContain(`run npm run connect -- --service ${DEFAULT},`);
  });

  test('of an account without a default service cannot be judged, which is said once', async () => {
    await install();
    account.state().configuration.defaultService = null;
    const { code, report } = await run(['webhooks', 'inbound', 'load']);
    expect([code, ills(report)]).toEqual([
      1,
      {
        webhooks: ['problem', expect.stringContaining('has no default Conversations service')],
        inbound: ['skipped', expect.stringContaining('see webhooks')],
        load: ['skipped', expect.stringContaining('see webhooks')],
      },
    ]);
  });

  test('are well if the default service is connected alone, and another backend has the others', async () => {
    set('account', { preWebhookUrl: 'https://acme.com/pre', filters: ['onMessageAdd'] });
    await account.run(connect, ['--yes', '--replace', '--service', DEFAULT]);
    expect(await found()).toEqual({});
  });

  describe('lead to what is examined', () => {
    const alert = (requestUrl: string) =>
      account.state().alerts.push({ errorCode: '50057', requestUrl, logLevel: 'error' } as never);

    test.each([
      ['preWebhookUrl', '/on-conversation-add'],
      ['postWebhookUrl', '/on-participant-added'],
    ])('the %s of a second service', async (field, path) => {
      await install();
      account.state().deployed.others.push(SECOND);
      const url = `https://${SECOND}${path}`;
      Object.assign(account.webhooks() ?? {}, { [field]: `${url}#rc=2` });
      alert(url);
      const { code, report } = await run();
      expect([code, ills(report)]).toEqual([
        1,
        {
          functions: ['problem', `${url} is not there (404) → Run npm run deploy.`],
          'last-day': ['warning', expect.stringContaining('50057 (1 time)')],
        },
      ]);
    });

    test('a URL with a slash at its end', async () => {
      await install();
      Object.assign(account.webhooks() ?? {}, { preWebhookUrl: `${PRE_URL}/` });
      const slashed = ({ path }: { path: string }) => path === '/on-conversation-add/';
      account.server().faultOf = (request) => (slashed(request) ? { status: 404 } : undefined);
      expect(ills((await run()).report)).toEqual({
        functions: ['problem', '/on-conversation-add/ is not there (404) → Run npm run deploy.'],
        webhooks: ['warning', 'global webhooks: a URL ends with a slash → Run npm run connect.'],
      });
    });
  });

  test('of another backend are nothing to take over if the default service is connected alone', async () => {
    set('account', { preWebhookUrl: 'https://acme.com/pre', filters: ['onMessageAdd'] });
    for (const conversation_service_sid of [null, OTHER]) {
      account.state().configuration.addresses.push({
        type: 'sms',
        address: '+15017122661',
        autoCreation: { enabled: true, type: 'default', conversation_service_sid },
      });
    }
    expect(await found('webhooks', 'load')).toEqual({
      webhooks: [
        'problem',
        expect.stringContaining(`Run npm run connect -- --service ${DEFAULT}.`),
        expect.stringContaining(`Run npm run connect -- --service ${DEFAULT}: it sets 3.`),
      ],
      load: ['warning', expect.stringContaining(`run npm run connect -- --service ${DEFAULT}, which`)],
    });
    await account.run(connect, ['--yes', '--replace', '--service', DEFAULT]);
    expect(await found()).toEqual({
      webhooks: [
        'warning',
        `${OTHER} has another backend, by the global webhooks → If Frontline uses it: npm run connect -- --service ${OTHER}.`,
      ],
    });
  });

  test('may call each Function in a service of its own', async () => {
    await install();
    deploySecond();
    set('account', { postWebhookUrl: `https://${SECOND}/on-participant-added` });
    expect(await found()).toEqual({});
  });

  test('are well with the same filter twice, and a host in capitals', async () => {
    await install();
    set('account', {
      preWebhookUrl: PRE_URL.replace(DOMAIN, DOMAIN.toUpperCase()),
      filters: ['onConversationAdd', 'onConversationAdd', 'onParticipantAdded'],
    });
    expect(await found('webhooks')).toEqual({});
  });

  test('are called by no address, if all create conversations where another backend has them', async () => {
    await install();
    account.state().configuration.addresses.push({
      type: 'sms',
      address: '+15017122661',
      autoCreation: { enabled: true, type: 'default', conversation_service_sid: OTHER },
    });
    account.state().configuration.webhooks[OTHER] = {
      method: 'POST',
      preWebhookUrl: 'https://acme.com/pre',
      postWebhookUrl: null,
      filters: [],
    };
    expect((await found('inbound')).inbound).toEqual([
      'problem',
      `no address creates conversations where the Functions are called → Run npm run connect -- --service ${OTHER}.`,
    ]);
  });
});

test('of several domains, that is examined which the webhooks name', async () => {
  await install();
  account.state().deployed.environments.push(SECOND);
  const { code, report } = await run();
  expect([code, ills(report)]).toEqual([0, {}]);
  Object.assign(account.webhooks() ?? {}, { preWebhookUrl: null, postWebhookUrl: null });
  expect(JSON.stringify((await run(['deployment'])).report)).toContain('say which one is meant');
});

test.each([
  ['monitor.twilio.com', 'last-day'],
  ['/Conversations?', 'conversations'],
])('what is only a help is a warning if Twilio refuses it: %s', async (part, name) => {
  await install();
  account.server().faultOf = ({ host, path }) =>
    `${host}${path}`.includes(part) ? { status: 403, code: 20003 } : undefined;
  const { code, report } = await run();
  expect([code, ills(report)]).toEqual([
    0,
    { [name]: ['warning', expect.stringContaining('cannot be read')] },
  ]);
});

test('what doctor itself has Twilio note is not counted', async () => {
  await install();
  const alert = { errorCode: '82001', requestUrl: PRE_URL, logLevel: 'warning' } as const;
  account.state().alerts.push(alert);
  expect(ills((await run(['last-day'])).report)).toEqual({});
});

test('a CHAT_SERVICE_SID here that is not a service is a problem', async () => {
  for (const sid of ['../x', `IS${'c'.repeat(32)}`]) {
    const { report } = await run(['conversations'], { env: { CHAT_SERVICE_SID: sid } });
    expect(ills(report).conversations?.[1]).toContain('CHAT_SERVICE_SID is not a Conversations service');
  }
});

test('a check that finds nothing to look at is not well', async () => {
  const nothing: Check = { name: 'nothing', about: '', run: async () => [] };
  const { signal } = new AbortController();
  const [checked] = await runChecks([nothing], {} as Installation, 1000, signal);
  expect(checked?.verdict).toBe('problem');
});

describe('nothing hides anything else', () => {
  test('without a deployment, what needs none is checked', async () => {
    account.state().deployed.activated = false;
    const { code, report } = await run();
    const verdicts = Object.fromEntries(report.checks.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toMatchObject({
      account: 'ok',
      deployment: 'problem',
      functions: 'skipped',
      inbound: 'ok',
    });
    expect([code, JSON.stringify(ills(report).deployment)]).toEqual([
      1,
      expect.stringContaining('run npm run deploy first'),
    ]);
  });

  test('Functions that are gone, but still called, are named', async () => {
    await install();
    account.state().deployed.activated = false;
    account.state().domains = {};
    expect(ills((await run(['webhooks'])).report)).toEqual({
      webhooks: [
        'problem',
        `global webhooks: Pre-Event URL calls ${PRE_URL}, which is gone: every new conversation is rejected → ` +
          'Run npm run connect -- --undo, or npm run deploy and then npm run connect.',
        expect.stringContaining('which is gone: no customer is linked'),
      ],
    });
  });

  test('Functions that are called, and answer, are not said to be gone: another account may have them', async () => {
    await install();
    account.state().deployed.activated = false;
    expect(JSON.stringify((await run(['webhooks'])).report)).not.toContain('is gone');
  });

  test('credentials that are refused are said so', async () => {
    const { code, report } = await run([], { authToken: 'wrong' });
    expect(code).toBe(1);
    expect(JSON.stringify(ills(report).account)).toContain(
      'are ACCOUNT_SID and AUTH_TOKEN those of your account?',
    );
  });

  test.each<['drop' | 'malformed' | 'huge' | { status: number; code: number }, string]>([
    ['malformed', "Twilio answered something that is not Twilio's"],
    ['huge', "Twilio answered something that is not Twilio's"],
    ['drop', 'no answer from Twilio (ECONNRESET)'],
    [{ status: 401, code: 20003 }, 'Twilio answered 401'],
  ])('that Twilio cannot be used at all (%j) is said once', async (fault, words) => {
    account.server().fault = fault;
    const { code, report } = await run();
    const { account: first, ...others } = ills(report);
    expect([code, first]).toEqual([1, ['problem', expect.stringContaining(words)]]);
    expect(Object.values(others)).toEqual(
      NAMES.slice(1).map(() => ['skipped', expect.stringContaining('see account')]),
    );
  });

  test('Twilio is not called again so late that its last answer could not be told', async () => {
    account.server().fault = 'drop';
    // The first one, of 10 s, is for all that is asked.
    const soon = AbortSignal.timeout(500);
    const timeUp = jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(soon);
    const { report } = await run(['account'], { firstPauseMs: 60_000 });
    expect(timeUp.mock.calls[0]).toEqual([10_000]);
    expect(JSON.stringify(report)).toContain('no answer from Twilio (ECONNRESET)');
  });

  test('what is not answered in time costs its own check', async () => {
    const checks = [
      { name: 'hanging', about: '', run: () => new Promise<never>(() => undefined) },
      { name: 'quick', about: '', run: async () => [ok('well')] },
    ];
    const { signal } = new AbortController();
    expect(await runChecks(checks, {} as Installation, 50, signal)).toMatchObject([
      { name: 'hanging', verdict: 'problem', findings: [{ seen: 'no answer within 0.05 s' }] },
      { name: 'quick', verdict: 'ok' },
    ]);
  });

  test('what has been found before Ctrl-C is told', async () => {
    const interruption = new AbortController();
    const checks = [
      { name: 'quick', about: '', run: async () => [ok('well')] },
      { name: 'hanging', about: '', run: () => new Promise<never>(() => interruption.abort()) },
    ];
    expect(await runChecks(checks, {} as Installation, 60_000, interruption.signal)).toMatchObject([
      { name: 'quick', verdict: 'ok' },
      { name: 'hanging', verdict: 'problem', findings: [{ seen: 'interrupted' }] },
    ]);
  });

  test('nor tells anything secret or personal', async () => {
    await install();
    account.state().deployed.variables = { CRM_SOURCE: 'file', SECRET: 'pat-secret' };
    inboundAddress();
    const { out } = await run();
    expect(out).not.toContain(ACCOUNT.authToken);
    expect(out).not.toContain('pat-secret');
    expect(out).not.toContain('+15017122661');
  });
  const inboundAddress = () =>
    account.state().configuration.addresses.push({
      type: 'sms',
      address: '+15017122661',
      autoCreation: { enabled: true, type: 'default', conversation_service_sid: null },
    });
});

describe('the CRM', () => {
  const crm = async (...args: string[]) => (await run(['crm', ...args])).report.checks[0]?.findings;

  test('is asked for an address, there and here', async () => {
    expect(await crm('--address', '+14155550147')).toEqual([
      {
        verdict: 'ok',
        seen: expect.stringMatching(/^deployed, file: goes by "Ada Okafor" \(\d+ ms, then \d+ ms\)$/),
      },
      { verdict: 'ok', seen: expect.stringMatching(/^from here, file: "Ada Okafor" \(\d+ ms\)$/) },
    ]);
  });

  test('is asked for an address as people write it', async () => {
    const seen = async (address: string) => (await crm('--address', address))?.map(({ seen }) => seen);
    expect((await seen('+1 (415) 555-0147'))?.[0]).toContain('goes by "Ada Okafor"');
    expect((await seen('Nobody@Example.COM'))?.[0]).toContain('knows nobody');
    for (const address of ['', '4155550147', 'foo']) {
      expect(await account.run(doctor, ['--address', address])).toMatchObject({
        code: 2,
        problems: [expect.stringContaining('--address: ')],
      });
    }
  });

  test('is asked about somebody who wrote to a number of the account, or to the one that is given', async () => {
    const seen = async (...args: string[]) =>
      (await crm('--address', '+14155550199', ...args))?.map(({ seen }) => seen.replace(/ \(.*/, ''));
    const unknown = (own: string) => [
      `deployed, file: answers, and knows nobody by that address after a message to ${own}, or nobody who has a name`,
      `from here, file: answers, and knows nobody by that address after a message to ${own}`,
    ];
    account.state().configuration.addresses.push({
      type: 'sms',
      address: '+4930901820',
      autoCreation: { enabled: true, type: 'default', conversation_service_sid: null },
    });
    expect(await seen()).toEqual(unknown('+4930901820'));
    expect(await seen('--to', '+33140205050')).toEqual(unknown('+33140205050'));
  });

  test('finds who cannot be linked', async () => {
    const asked: string[] = [];
    const functions = createServer(async (request, response) => {
      asked.push(await text(request));
      const isPre = request.url === '/on-conversation-add';
      response.writeHead(isPre ? 200 : 503, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify(isPre ? { friendly_name: 'Ada' } : { error: "Twilio's API: 401 (20003)" }));
    }).listen(0);
    const { port } = functions.address() as AddressInfo;
    account.state().domains = { [DOMAIN]: `http://localhost:${port}` };
    const found = await crm('--address', '+14155550147');
    functions.close();
    // No number of the account is known: another one would say which country numbers are read in.
    expect(asked).toHaveLength(3);
    expect(asked.join()).not.toContain('ProxyAddress');
    expect(found?.[0]).toMatchObject({
      verdict: 'problem',
      seen: expect.stringContaining(`goes by "Ada", but is not linked: Twilio's API: 401 (20003)`),
    });
  });

  describe('may fail or be slow once', () => {
    let answers: { status?: number; name?: string; afterMs?: number }[];
    let slow: Server;
    beforeEach(() => {
      slow = createServer((_request, response) => {
        const { status = 200, name, afterMs = 0 } = answers.shift() ?? {};
        passTime(afterMs);
        response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
        response.end(JSON.stringify(name ? { friendly_name: name } : {}));
      }).listen(0);
      account.state().domains = { [DOMAIN]: `http://localhost:${(slow.address() as AddressInfo).port}` };
    });
    afterEach(() => slow.close());

    test.each<[verdict: string, found: string, answers: typeof answers]>([
      ['problem', 'answered 503 the first time', [{ status: 503 }, { name: 'Ada' }]],
      ['problem', 'answered 503 (', [{ status: 503 }, { status: 503 }]],
      ['warning', 'the CRM failed the first time', [{ name: '+14155550147' }, { name: 'Ada' }]],
      ['warning', 'goes by "Ada" (3', [{ name: 'Ada', afterMs: 3100 }, { name: 'Ada' }]],
    ])('%s: %s', async (verdict, found, given) => {
      answers = given;
      expect((await crm('--address', '+14155550147'))?.[0]).toMatchObject({
        verdict,
        seen: expect.stringContaining(found),
      });
    });
  });

  test('may not be reached once', async () => {
    account.server().faultOf = ({ host }) => {
      if (host !== DOMAIN) return undefined;
      account.server().faultOf = undefined;
      return 'drop';
    };
    expect((await crm('--address', '+14155550147'))?.[0]).toMatchObject({
      verdict: 'problem',
      seen: expect.stringContaining('no answer (ECONNRESET) the first time'),
    });
  });

  test('that fails there, but not here, is told apart', async () => {
    account.state().domains = { [DOMAIN]: `${runtime.url}${BROKEN}` };
    account.state().deployed.variables = { CRM_SOURCE: 'hubspot' };
    const found = await crm();
    expect(found).toMatchObject([
      {
        verdict: 'problem',
        seen: expect.stringContaining('HUBSPOT_ACCESS_TOKEN is not set'),
        fix: 'It works with your .env: run npm run deploy.',
      },
      { verdict: 'ok', seen: expect.stringContaining('knows nobody by a number that nobody has') },
      { verdict: 'warning', seen: 'CRM_SOURCE is hubspot where it is deployed, and file in .env' },
    ]);
  });

  test('that is the sample customers is told', async () => {
    const samples: { display_name: string; channels: { value: string }[] }[] = JSON.parse(
      readFileSync(join(__dirname, '../../../../assets/customers.private.json'), 'utf8'),
    );
    const sample = samples.find(({ display_name }) => display_name === SAMPLE.name);
    expect(sample?.channels.map(({ value }) => value.toLowerCase())).toContain(SAMPLE.address);
    const functions = createServer(async (request, response) => {
      const event = new URLSearchParams((await request.toArray()).join(''));
      const name = event.get('MessagingBinding.Address') === SAMPLE.address ? SAMPLE.name : '+15005550001';
      response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify({ friendly_name: name }));
    }).listen(0);
    account.state().domains = { [DOMAIN]: `http://localhost:${(functions.address() as AddressInfo).port}` };
    const found = await crm();
    functions.close();
    expect(found?.map(({ verdict, seen }) => [verdict, seen]).at(-1)).toEqual([
      'warning',
      'the sample customers are deployed',
    ]);
  });

  test('that fails here and there alike is told once', async () => {
    account.state().domains = { [DOMAIN]: `${runtime.url}${BROKEN}` };
    account.state().deployed.variables = { CRM_SOURCE: 'hubspot' };
    const { report } = await run(['crm'], { env: { CRM_SOURCE: 'hubspot' } });
    expect(report.checks[0]?.findings).toEqual([
      {
        verdict: 'problem',
        seen: expect.stringContaining('HUBSPOT_ACCESS_TOKEN is not set'),
        fix: 'Fix it in .env. Then npm run deploy.',
      },
      { verdict: 'warning', seen: 'from here: the same' },
    ]);
  });

  test('that does not know the address which is looked up is asked whether it should', async () => {
    const fixes = async (...args: string[]) =>
      (await crm(...args))?.map(({ verdict, fix }) => [verdict, fix]);
    const number = [
      'warning',
      'Is that number in your CRM, and with a country code? Without one, it is read in the country of --to.',
    ];
    expect(await fixes('--address', '+14155550199')).toEqual([number, number]);
    const email = ['warning', 'Is that address in your CRM?'];
    expect(await fixes('--address', 'nobody@example.com')).toEqual([email, email]);
    expect(await fixes()).toEqual([
      ['ok', undefined],
      ['ok', undefined],
    ]);
  });

  test('that fails here, but not there, is told apart', async () => {
    const { report } = await run(['crm'], { env: { CRM_SOURCE: 'hubspot' } });
    expect(report.checks[0]?.findings).toMatchObject([
      { verdict: 'ok' },
      { verdict: 'warning', seen: expect.stringContaining('HUBSPOT_ACCESS_TOKEN is not set') },
      { verdict: 'warning', seen: 'CRM_SOURCE is file where it is deployed, and hubspot in .env' },
    ]);
  });
});

test('--help fits into 80 columns', () => {
  for (const line of doctor.usage.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('--list names the checks, those named alone are run, and others are a usage error', async () => {
  const { out } = await account.run(doctor, ['--list']);
  const json = await account.run(doctor, ['--list', '--json']);
  expect(JSON.parse(json.out)).toMatchObject({
    ok: true,
    checks: expect.arrayContaining([expect.anything()]),
  });
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(NAMES);
  const { report } = await run(['webhooks', 'crm']);
  expect(report.checks.map(({ name }) => name)).toEqual(['webhooks', 'crm']);
  expect((await account.run(doctor, ['webhook'])).code).toBe(2);
});
