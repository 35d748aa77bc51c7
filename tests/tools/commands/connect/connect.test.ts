import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Twilio } from 'twilio';
import type { Caller } from '../../../../tools/commands/command-line';
import { connect } from '../../../../tools/commands/connect/connect';
import { type HistoryEntry, readHistory } from '../../../../tools/commands/connect/history';
import { readUndoPlan } from '../../../../tools/commands/connect/read-undo-plan';
import { SERVICES } from '../../../../tools/fakes/twilio/fake-account';
import { DOMAIN } from '../../../../tools/fakes/twilio/serverless';
import { ACCOUNT, POST_URL, PRE_URL, type Runs, useFakeAccount } from '../../../helpers/fake-account';

// The first test loads what the command needs.
jest.setTimeout(20_000);

const account = useFakeAccount(undefined, [DOMAIN, 'frontline-0000-dev.twil.io', 'crm.acme.com']);
const [DEFAULT, OTHER] = SERVICES;
const OURS = {
  method: 'POST',
  target: 'webhook',
  preWebhookUrl: PRE_URL,
  postWebhookUrl: POST_URL,
  filters: ['onConversationAdd', 'onParticipantAdded'],
} as const;
const STRANGER = {
  method: 'GET',
  preWebhookUrl: 'https://crm.acme.com/pre',
  postWebhookUrl: 'https://crm.acme.com/post',
  filters: ['onMessageAdd', 'onMessageAdded'],
};
const OLD = {
  preWebhookUrl: 'https://frontline-0000-dev.twil.io/on-conversation-add',
  postWebhookUrl: 'https://frontline-0000-dev.twil.io/on-participant-added',
  filters: ['onConversationAdd', 'onParticipantAdded', 'onParticipantRemoved'],
};
const set = (scope: string, webhooks: object) =>
  Object.assign(account.state().configuration.webhooks, {
    [scope]: { ...account.webhooks(scope), ...structuredClone(webhooks) },
  });
/** Has an address create conversations in a service. */
const createIn = (service: string) =>
  account.state().configuration.addresses.push({
    type: 'sms',
    address: '+15017122661',
    autoCreation: { enabled: true, type: 'default', conversation_service_sid: service },
  });
const OLD_DOMAIN = 'frontline-0000-dev.twil.io';
/** The old deployment is still there. */
const keepOld = () => account.state().deployed.others.push(OLD_DOMAIN);
const run = (args: string[] = ['--yes'], runs?: Runs) => account.run(connect, args, runs);
const json = async (...args: string[]) => JSON.parse((await run(['--json', ...args])).out);

describe('connect', () => {
  test('points the webhooks at the Functions, and has Twilio repeat what it may have missed', async () => {
    expect(await run()).toMatchObject({
      code: 0,
      problems: [],
      out: expect.stringContaining('npm run doctor'),
    });
    expect(account.webhooks()).toEqual(OURS);
    expect(account.state().retryCounts.get(DEFAULT)).toEqual({ pre: 3, post: 3 });
    expect(account.state().retryCounts.get(OTHER)).toEqual({ pre: 0, post: 0 });
  });

  test('changes nothing the second time, and says so', async () => {
    await run();
    account.server().calls.length = 0;
    expect(await run([])).toMatchObject({ code: 0, out: expect.stringContaining('nothing to change') });
    expect(account.writes()).toEqual([]);
  });

  test.each([
    [
      { pre: 5, post: 0 },
      { pre: 5, post: 3 },
    ],
    [
      { pre: 0, post: 5 },
      { pre: 3, post: 5 },
    ],
  ])('keeps a retry count that is higher, and raises the other: %j', async (before, after) => {
    account.state().retryCounts.set(DEFAULT, before);
    await run();
    expect(account.state().retryCounts.get(DEFAULT)).toEqual(after);
  });

  test('shows what is, what will be, and what goes', async () => {
    keepOld();
    set('account', { ...OLD, method: 'GET', filters: ['onConversationAdd', 'onMessageAdd'] });
    const { out } = await run(['--dry-run']);
    expect(out.split('\n').slice(0, 10)).toEqual([
      'Global webhooks',
      `  ~ Pre-Event URL   ${OLD.preWebhookUrl}`,
      `                    → ${PRE_URL}`,
      `  ~ Post-Event URL  ${OLD.postWebhookUrl}`,
      `                    → ${POST_URL}`,
      '  ~ Method          GET → POST',
      '  = Target          webhook',
      '  = Filters         onConversationAdd',
      '  +                 onParticipantAdded',
      '  -                 onMessageAdd',
    ]);
    expect(out.split('\n').at(-1)).toBe('Nothing has been changed.');
    expect(account.writes()).toEqual([]);
  });

  test('explains itself in 80 columns', async () => {
    for (const line of connect.usage.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('asks, and changes nothing after a no', async () => {
    const { code, asked } = await run([], { answer: false });
    expect([code, asked]).toEqual([1, ['Change this?']]);
    expect(account.writes()).toEqual([]);
    expect((await run([], { answer: true })).code).toBe(0);
    expect(account.webhooks()).toEqual(OURS);
  });

  test('changes nothing without a terminal and without --yes', async () => {
    expect(await run([])).toMatchObject({ code: 1, problems: [expect.stringContaining('--yes')] });
    expect(account.writes()).toEqual([]);
  });

  test.each([
    ['--undo', '--domain', 'x.twil.io'],
    ['--service', 'CH1'],
    ['--service', ''],
    ['--replace'],
    ['--force'],
  ])('with %s it is a usage error, and asks Twilio nothing', async (...args) => {
    expect((await run(args)).code).toBe(2);
    expect(account.server().calls).toEqual([]);
  });
});

describe('filters', () => {
  test('of our own post-event URL stay, those of the pre-event URL that it is not for do not', async () => {
    set('account', { ...OURS, filters: ['onMessageAdd', 'onMessageAdded', 'onConversationAdd'] });
    await run();
    expect(account.webhooks()?.filters).toEqual([
      'onMessageAdded',
      'onConversationAdd',
      'onParticipantAdded',
    ]);
  });

  test('of a URL that is replaced do not come to the new one', async () => {
    keepOld();
    set('account', OLD);
    await run();
    expect(account.webhooks()).toEqual(OURS);
  });

  test('an override of the connection stays', async () => {
    set('account', { ...OURS, preWebhookUrl: `${PRE_URL}#rc=2&rp=all` });
    await run();
    expect(account.webhooks()?.preWebhookUrl).toBe(`${PRE_URL}#rc=2&rp=all`);
  });
});

describe('another backend', () => {
  beforeEach(() => set('account', STRANGER));

  test('is not cut off by a script that only says --yes', async () => {
    const { code, problems } = await run();
    expect(code).toBe(1);
    expect(problems.join('\n')).toContain('https://crm.acme.com/post will no longer receive onMessageAdded.');
    expect(problems.join('\n')).not.toContain('--service');
    expect(problems.at(-1)).toContain('--replace');
    expect(await json('--yes')).toMatchObject({
      ok: false,
      error: problems.at(-1),
      webhooks: [{ scope: 'account', after: OURS, changed: false }],
      warnings: [expect.any(String), expect.stringContaining('no longer receive onMessageAdded.')],
    });
    expect(account.webhooks()).toMatchObject(STRANGER);
    expect((await run(['--yes', '--replace'])).code).toBe(0);
    expect(account.webhooks()).toEqual(OURS);
  });

  test('may be Flex, which is not cut off either', async () => {
    set('account', { ...OURS, target: 'flex' });
    const { code, problems } = await run();
    expect([code, problems.join('\n')]).toEqual([1, expect.stringContaining('Flex will no longer be sent')]);
    expect(account.webhooks()?.target).toBe('flex');
  });

  test('keeps the events of other services, if there are any and one is connected alone', async () => {
    createIn(OTHER);
    expect((await run()).problems.join('\n')).toContain(
      `it keeps the events of the other services. npm run connect -- --service ${DEFAULT}`,
    );
  });

  test('is told of in lines that fit the terminal', async () => {
    set(DEFAULT, STRANGER);
    for (const args of [['--yes'], ['--dry-run'], ['--undo']]) {
      const { out, problems } = await run(args, { columns: 60 });
      const lines = [...problems, out].join('\n').split('\n');
      expect(lines.length).toBeGreaterThan(1);
      expect(lines.filter((line) => line.length > 60 && !line.startsWith(' '))).toEqual([]);
    }
  });

  test('is told what it will miss of a service that is connected', async () => {
    const { code, problems } = await run(['--yes', '--service', DEFAULT]);
    expect([code, problems.slice(0, 2)]).toEqual([
      1,
      [
        `! https://crm.acme.com/pre will no longer receive onMessageAdd from ${DEFAULT}, nor be asked before they happen.`,
        `! https://crm.acme.com/post will no longer receive onMessageAdded from ${DEFAULT}.`,
      ],
    ]);
    expect(account.writes()).toEqual([]);
    set('account', { ...STRANGER, filters: [] });
    expect(await run(['--yes', '--service', DEFAULT])).toMatchObject({ code: 0, problems: [] });
  });

  test('keeps what it has if a service is connected instead', async () => {
    expect((await run(['--yes', '--replace', '--service', DEFAULT, '--service', OTHER])).code).toBe(0);
    const { target, ...ours } = OURS;
    expect([account.webhooks(DEFAULT), account.webhooks(OTHER)]).toEqual([ours, ours]);
    expect(account.webhooks()).toMatchObject(STRANGER);
    expect(account.state().retryCounts.get(OTHER)).toEqual({ pre: 3, post: 3 });
  });
});

describe('what is secret in the URL of another backend', () => {
  const secret = 'https://hook:s3cr3t@crm.acme.com/post?token=t0ken';

  test.each([[[]], [['--json']]])('is not shown, and kept for its owner only (%j)', async (args) => {
    set('account', { ...STRANGER, postWebhookUrl: secret });
    const connected = await run(['--yes', '--replace', ...args]);
    expect(statSync('.twilioconnectinfo').mode & 0o777).toBe(0o600);
    account.state().domains['crm.acme.com'] = account.state().domains[DOMAIN] ?? '';
    const undone = await run(['--yes', '--undo', ...args]);
    expect([connected.code, undone.code]).toEqual([0, 0]);
    expect(JSON.stringify([connected, undone])).not.toMatch(/s3cr3t|t0ken/);
    expect(JSON.stringify(connected)).toContain('https://•••@crm.acme.com/post?•••');
    expect(account.webhooks()?.postWebhookUrl).toBe(secret);
  });
});

describe('a domain', () => {
  test.each([`HTTPS://${DOMAIN.toUpperCase()}/`, `${DOMAIN}/`, `${DOMAIN}:443`, `//${DOMAIN}`])(
    'is found as it is typed: %s',
    async (domain) => {
      expect((await run(['--yes', '--domain', domain])).code).toBe(0);
    },
  );

  test.each(['../x', 'ZS?a=1', 5])('is found if .twiliodeployinfo is damaged: %p', async (serviceSid) => {
    const noted = { [`AC${'6'.repeat(32)}:us1`]: { serviceSid } };
    writeFileSync('.twiliodeployinfo', JSON.stringify(noted));
    expect((await run()).code).toBe(0);
  });
});

describe('without --domain', () => {
  test('the service that the last deploy noted is taken, whatever it is called', async () => {
    account.state().deployed.service = 'renamed';
    expect((await run()).problems.join()).toContain('Nothing is deployed');
    const noted = { [ACCOUNT.accountSid]: { serviceSid: `ZS${'1'.repeat(32)}` } };
    writeFileSync('.twiliodeployinfo', JSON.stringify(noted));
    expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining(DOMAIN) });
  });

  test('of several domains none is taken, and it says how to name one', async () => {
    account.state().deployed.environments.push(OLD_DOMAIN);
    account.state().domains[OLD_DOMAIN] = account.state().domains[DOMAIN] ?? '';
    const { code, problems } = await run();
    expect([code, problems.join()]).toEqual([
      1,
      expect.stringContaining(`  --domain ${DOMAIN}\n  --domain ${OLD_DOMAIN}`),
    ]);
    expect(account.writes()).toEqual([]);
    expect((await run(['--yes', '--domain', OLD_DOMAIN])).code).toBe(0);
    expect(account.webhooks()?.preWebhookUrl).toBe(OLD.preWebhookUrl);
  });
});

describe('a domain at Twilio', () => {
  test('of a stranger is not taken for ours', async () => {
    set('account', OLD);
    const { code, problems } = await run();
    expect([code, problems.join('\n')]).toEqual([
      1,
      expect.stringContaining('onParticipantRemoved. It may be a deployment of this project that is gone'),
    ]);
    expect(account.webhooks()).toMatchObject(OLD);
    set('account', { preWebhookUrl: null, postWebhookUrl: null });
    set(DEFAULT, OLD);
    expect(await json('--yes')).toMatchObject({ ok: false, shadowedBy: [DEFAULT] });
  });

  test('that was connected from here before is ours', async () => {
    await run();
    account.state().deployed.others = [];
    writeFileSync(
      '.twilioconnectinfo',
      readFileSync('.twilioconnectinfo', 'utf8').replaceAll(DOMAIN, OLD_DOMAIN),
    );
    set('account', OLD);
    expect((await run()).code).toBe(0);
    expect(account.webhooks()).toEqual(OURS);
  });

  test('that is written in capitals is the same', async () => {
    await run();
    const preWebhookUrl = PRE_URL.replace(DOMAIN, DOMAIN.toUpperCase());
    set('account', { ...OURS, preWebhookUrl, filters: ['onConversationAdd', ...OURS.filters] });
    expect(await run([])).toMatchObject({ code: 0, out: expect.stringContaining('nothing to change') });
  });

  test('that ends with a slash is ours, and is replaced by the URL that the Function has', async () => {
    set('account', { ...OURS, preWebhookUrl: `${PRE_URL}/` });
    account.server().faultOf = ({ path }) => (path === '/on-conversation-add/' ? { status: 404 } : undefined);
    expect((await run()).code).toBe(0);
    expect(account.webhooks()).toEqual(OURS);
  });

  test('of a second service, which has one of the Functions under load, stays', async () => {
    keepOld();
    account.state().domains[OLD_DOMAIN] = account.state().domains[DOMAIN] ?? '';
    await run();
    set('account', { ...OURS, postWebhookUrl: OLD.postWebhookUrl });
    expect(await run([])).toMatchObject({ code: 0, out: expect.stringContaining('nothing to change') });
    account.state().deployed.others = [];
    expect(await run([])).toMatchObject({
      code: 1,
      problems: [expect.stringContaining('It may be a deployment'), expect.anything()],
    });
  });
});

test('a URL of another environment is ours, and is replaced', async () => {
  account.state().deployed.environments.push(OLD_DOMAIN);
  set('account', { ...OURS, postWebhookUrl: OLD.postWebhookUrl });
  expect((await run(['--yes', '--domain', DOMAIN])).code).toBe(0);
  expect(account.webhooks()).toEqual(OURS);
});

describe('a service that has webhooks of its own', () => {
  test('of another backend shadows the global ones: exit 1 if it is the default one', async () => {
    set(DEFAULT, STRANGER);
    const { code, out, problems } = await run();
    expect(code).toBe(1);
    expect(out).not.toContain('Done');
    expect((await run()).out).toContain('but where conversations are created, others count');
    expect(problems).toEqual([expect.stringContaining(`npm run connect -- --service ${DEFAULT}`)]);
    expect(account.webhooks()).toEqual(OURS);
    expect(account.webhooks(DEFAULT)).toMatchObject(STRANGER);
    expect(account.state().retryCounts.get(DEFAULT)).toEqual({ pre: 0, post: 0 });
  });

  test('of another backend, if it is the default one, is told again in the question', async () => {
    set(DEFAULT, STRANGER);
    const { asked } = await run([], { answer: false });
    expect(asked).toEqual(['Set the global webhooks all the same?']);
  });

  test('is seen if only an address creates conversations in it', async () => {
    createIn(OTHER);
    set(OTHER, STRANGER);
    const { code, out, problems } = await run();
    expect([code, problems]).toEqual([1, [expect.stringContaining(`${OTHER} has webhooks of its own`)]]);
    expect(out).toContain(`npm run connect -- --service ${OTHER}`);
    expect(await json('--yes')).toMatchObject({ ok: false, shadowedBy: [OTHER] });
  });

  test('of another backend counts if it is the default one, though addresses name another', async () => {
    createIn(OTHER);
    set(DEFAULT, STRANGER);
    expect((await run()).code).toBe(1);
    expect(await json('--yes')).toMatchObject({ ok: false, shadowedBy: [DEFAULT] });
  });

  test('that is named twice is connected once', async () => {
    const named = ['--service', DEFAULT, '--service', DEFAULT];
    expect(await run(['--yes', ...named])).toMatchObject({ code: 0, problems: [] });
    expect(await run(['--yes', '--undo'])).toMatchObject({ code: 0, problems: [] });
  });

  test('may be gone: then nothing says that Twilio calls the Functions', async () => {
    await run();
    account.state().configuration.services.shift();
    account.state().retryCounts.delete(DEFAULT);
    const { code, out, problems } = await run([]);
    expect([code, problems]).toEqual([
      1,
      [expect.stringContaining('the default Conversations service, is gone')],
    ]);
    expect(out).toContain('but where conversations are created, others count');
  });

  test('of an old deployment is brought up to date', async () => {
    keepOld();
    set(DEFAULT, OLD);
    expect((await run()).code).toBe(0);
    expect(account.webhooks(DEFAULT)).toMatchObject({ preWebhookUrl: PRE_URL, postWebhookUrl: POST_URL });
  });
});

describe('nothing is changed', () => {
  const unchanged = async (message: string, args?: string[], runs?: Runs) => {
    const { code, problems } = await run(args, runs);
    expect([code, problems.join('\n')]).toEqual([1, expect.stringContaining(message)]);
    expect(account.writes()).toEqual([]);
    expect(existsSync('.twilioconnectinfo')).toBe(false);
  };

  test('if nothing is deployed', async () => {
    account.state().deployed.activated = false;
    await unchanged('run npm run deploy first');
  });

  test('if nothing is deployed any more, and it says what is still called', async () => {
    set('account', OLD);
    account.state().deployed.activated = false;
    await unchanged(
      `Pre-Event URL calls ${OLD.preWebhookUrl}, which is gone: every new conversation is rejected`,
    );
    expect((await run()).problems.at(-1)).toContain('or clear it in the Console');
  });

  test('if the domain is another account’s', () =>
    unchanged('No Functions of this account are deployed to other.twil.io', [
      '--yes',
      '--domain',
      'other.twil.io',
    ]));

  test('if the Function does not answer', async () => {
    account.server().faultOf = ({ host }) => (host.endsWith('.twil.io') ? 'drop' : undefined);
    await unchanged('Twilio would reject every new conversation');
  });

  test('if the Function is not there', async () => {
    account.state().domains = {};
    await unchanged('answers 404');
  });

  test('if the other Function is not there', async () => {
    account.server().faultOf = ({ path }) => (path === '/on-participant-added' ? { status: 404 } : undefined);
    await unchanged(`${POST_URL} answers 404: no customer would be linked`);
  });

  test('if the Functions refuse the signature, and a script only says --yes', async () => {
    account.server().faultOf = ({ host }) => (host === DOMAIN ? { status: 403 } : undefined);
    await unchanged('refuse the signature');
    expect((await run(['--yes', '--replace'])).code).toBe(0);
  });

  test('if Twilio refuses it, perhaps for a filter, which it names', async () => {
    set('account', { ...OURS, method: 'GET', filters: [...OURS.filters, 'onMemberAdded'] });
    account.state().retryCounts.set(DEFAULT, { pre: 3, post: 3 });
    account.server().faultOf = ({ method, body }) =>
      method === 'POST' && body.includes('onMemberAdded') ? { status: 400, code: 20001 } : undefined;
    expect((await run()).problems.at(-1)).toContain('one of the filters onMemberAdded, untick that');
  });

  test('if the account has no default service', async () => {
    account.state().configuration.defaultService = null;
    await unchanged('The account has no default Conversations service');
  });

  test.each<[string, 'malformed' | 'huge']>([
    ['conversations.twilio.com', 'malformed'],
    ['conversations.twilio.com', 'huge'],
    ['serverless.twilio.com', 'malformed'],
  ])('if the answer of %s is %s', async (of, fault) => {
    account.server().faultOf = ({ host }) => (host === of ? fault : undefined);
    await unchanged("answered something that is not Twilio's");
  });

  test('if Twilio refuses it', async () => {
    account.server().faultOf = ({ method, host }) =>
      method === 'POST' && /^(chat|conversations)/.test(host) ? { status: 400 } : undefined;
    expect((await run()).problems.at(-1)).toMatch(/^Nothing has been changed: .* answered 400/);
    expect(existsSync('.twilioconnectinfo')).toBe(false);
  });

  test('if somebody else changes it while it asks', async () => {
    const meanwhile = () => {
      set('account', STRANGER);
      account.server().calls.length = 0;
    };
    account.state().retryCounts.set(DEFAULT, { pre: 3, post: 3 });
    await unchanged('somebody has changed the global webhooks meanwhile', [], { answer: true, meanwhile });
    expect(account.webhooks()).toMatchObject(STRANGER);
  });

  test.each([401, 403])('if the credentials are refused with %p', async (status) => {
    account.server().fault = { status, code: 20003 };
    await unchanged('are ACCOUNT_SID and AUTH_TOKEN those of your account?');
  });

  test('if the service is not there', () =>
    unchanged('is the SID that of a Conversations service', ['--yes', '--service', `IS${'c'.repeat(32)}`]));

  test.each(['{', '[null]', '[{"at": "2026-11-25"}]'])('if the history is damaged: %s', async (history) => {
    writeFileSync('.twilioconnectinfo', history);
    for (const args of [['--yes'], ['--yes', '--undo']]) {
      const { code, problems } = await run(args);
      expect([code, problems.join()]).toEqual([1, expect.stringContaining('is damaged')]);
    }
    expect(account.writes()).toEqual([]);
  });

  test('if the history cannot be read, or not be written', async () => {
    mkdirSync('.twilioconnectinfo');
    expect((await run()).problems.join()).toContain('cannot be read (EISDIR)');
    rmdirSync('.twilioconnectinfo');
    writeFileSync('.twilioconnectinfo', '[]');
    mkdirSync(`.twilioconnectinfo.${process.pid}.new`);
    expect((await run()).problems.join()).toContain('cannot be written (EISDIR)');
    expect(readFileSync('.twilioconnectinfo', 'utf8')).toBe('[]');
    expect(existsSync(`.twilioconnectinfo.${process.pid}.new`)).toBe(false);
    expect(account.writes()).toEqual([]);
  });

  test('and --json says so as JSON, too', async () => {
    account.state().deployed.activated = false;
    const { code, out, problems } = await run(['--json', '--yes']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ ok: false, error: problems.at(-1) });
  });
});

describe('what fails on the way', () => {
  const isWriteOf =
    (name: string) =>
    ({ method, host }: { method: string; host: string }) =>
      method === 'POST' && host === `${name}.twilio.com`;

  test('is tried again if it may pass', async () => {
    account.server().faults = [{ status: 429 }, 'drop', { status: 503 }];
    expect((await run()).code).toBe(0);
    expect(account.webhooks()).toEqual(OURS);
  });

  describe('is not tried again if somebody sets something meanwhile', () => {
    /** The first write of the kind is not answered well, and then somebody else changes what it is about. */
    const failOnce = (of: string, status: number, meanwhile: () => void) => {
      let isFailed = false;
      account.server().faultOf = (request) => {
        if (!isWriteOf(of)(request) || isFailed) return undefined;
        isFailed = true;
        setImmediate(meanwhile);
        return { status };
      };
    };

    test.each([
      [429, /The rest is not: somebody has changed the global webhooks meanwhile/],
      [503, /global webhooks: may have been set. .*: somebody has changed the global webhooks meanwhile/],
    ])('webhooks, after %p', async (status, words) => {
      failOnce('conversations', status, () => set('account', STRANGER));
      const { code, problems } = await run();
      expect([code, problems.at(-1)]).toEqual([1, expect.stringMatching(words)]);
      expect(account.webhooks()).toMatchObject(STRANGER);
    });

    test('retry counts', async () => {
      failOnce('chat', 429, () => account.state().retryCounts.set(DEFAULT, { pre: 5, post: 5 }));
      const { problems } = await run();
      expect(problems).toEqual([expect.stringContaining('somebody has changed the retry counts')]);
      expect(account.state().retryCounts.get(DEFAULT)).toEqual({ pre: 5, post: 5 });
    });

    test('what an undo puts back', async () => {
      await run();
      failOnce('conversations', 429, () => set('account', STRANGER));
      const { code, problems } = await run(['--yes', '--undo']);
      expect([code, problems.join()]).toEqual([1, expect.stringContaining('somebody has changed')]);
      expect(account.webhooks()).toMatchObject(STRANGER);
    });
  });

  test.each([404, 410])('a Chat API that is gone (%p) is a warning', async (status) => {
    account.server().faultOf = ({ host }) => (host === 'chat.twilio.com' ? { status } : undefined);
    expect(await run()).toMatchObject({ code: 0, problems: [expect.stringContaining('retry counts')] });
    expect(account.webhooks()).toEqual(OURS);
  });

  describe('tells what has become of the retry counts', () => {
    const after = { pre: 3, post: 3 };

    test('if Twilio refuses them', async () => {
      account.server().faultOf = (request) => (isWriteOf('chat')(request) ? { status: 400 } : undefined);
      const { out, problems } = await run(['--yes', '--json']);
      expect(problems).toEqual([
        expect.stringMatching(/^! The retry counts of IS\w+ have not been set: .*400/),
      ]);
      expect(JSON.parse(out).retryCounts).toMatchObject([{ after: { pre: 0, post: 0 } }]);
    });

    test('if they cannot be read again', async () => {
      let isWritten = false;
      account.server().faultOf = (request) => {
        if (isWritten && request.host === 'chat.twilio.com') return { status: 404 };
        isWritten ||= isWriteOf('chat')(request);
        return undefined;
      };
      const { out, problems } = await run(['--yes', '--json']);
      expect(problems).toEqual([
        expect.stringContaining('have been set, but not read again: Chat answered 404'),
      ]);
      expect(JSON.parse(out).retryCounts).toMatchObject([{ after }]);
    });

    test('if Twilio has others then, which an undo puts back', async () => {
      const counts = account.state().retryCounts;
      const kept = { pre: 0, post: 0 };
      counts.set(
        DEFAULT,
        Object.defineProperties({} as typeof kept, {
          pre: { get: () => kept.pre, set: (pre) => (kept.pre = Math.min(pre, 2)), enumerable: true },
          post: { get: () => kept.post, set: (post) => (kept.post = Math.min(post, 2)), enumerable: true },
        }),
      );
      const { out, problems } = await run(['--yes', '--json']);
      expect(problems).toEqual([expect.stringContaining('but has others now: 2 and 2')]);
      expect(JSON.parse(out).retryCounts).toMatchObject([{ after: { pre: 2, post: 2 } }]);
      expect(await run(['--yes', '--undo'])).toMatchObject({ code: 0, problems: [] });
      expect(kept).toEqual({ pre: 0, post: 0 });
    });
  });

  test('says what has been done and what has not, and undoes that', async () => {
    account.server().faultOf = ({ path, method }) =>
      method === 'POST' && path.startsWith(`/v1/Services/${OTHER}`) ? { status: 400 } : undefined;
    const { code, problems } = await run(['--yes', '--service', DEFAULT, '--service', OTHER]);
    expect(code).toBe(1);
    expect(problems.at(-1)).toContain(`webhooks of ${DEFAULT} (npm run connect -- --undo puts that back)`);
    account.server().faultOf = undefined;
    expect((await run(['--yes', '--undo'])).code).toBe(0);
    expect(account.webhooks(DEFAULT)?.preWebhookUrl).toBeNull();
  });

  test.each([
    ['chat', /^Changed: retry counts of IS\w+ \(.*The rest is not: interrupted$/, null],
    ['conversations', /^Changed: retry counts of IS\w+, global webhooks \(.*: interrupted$/, PRE_URL],
  ])(
    'after Ctrl-C while %s answers nothing more is changed, and it says what was',
    async (of, words, url) => {
      const interruption = new AbortController();
      account.server().faultOf = (request) => {
        if (isWriteOf(of)(request)) interruption.abort();
        return undefined;
      };
      const { problems } = await run(['--yes'], { signal: interruption.signal });
      expect(problems).toEqual([expect.stringMatching(words)]);
      expect(account.webhooks()?.preWebhookUrl).toBe(url);
      expect((await run(['--yes', '--undo'])).code).toBe(0);
      expect(account.webhooks()?.preWebhookUrl).toBeNull();
      expect(account.state().retryCounts.get(DEFAULT)).toEqual({ pre: 0, post: 0 });
    },
  );

  test('if it cannot be read again, it says that it is changed', async () => {
    let isWritten = false;
    account.server().faultOf = (request) => {
      if (isWritten && request.host.startsWith('conversations')) return { status: 403, code: 20003 };
      isWritten ||= isWriteOf('conversations')(request);
      return undefined;
    };
    const { problems } = await run();
    expect(problems.at(-1)).toMatch(
      /^Changed: .*global webhooks .*The global webhooks have not been read again: .*403/,
    );
    expect(existsSync('.twilioconnectinfo')).toBe(true);
  });

  test('what Twilio has done, though its answer is lost, is not written again', async () => {
    account.server().faultOf = (request) => (isWriteOf('conversations')(request) ? 'malformed' : undefined);
    expect((await run()).code).toBe(0);
    expect(account.writes().filter((write) => write.startsWith('/v1/'))).toHaveLength(1);
  });

  test('what Twilio has perhaps done is said to be so', async () => {
    account.state().retryCounts.set(DEFAULT, { pre: 3, post: 3 });
    let isWritten = false;
    account.server().faultOf = (request) => {
      isWritten ||= isWriteOf('conversations')(request);
      return isWritten ? 'malformed' : undefined;
    };
    const { problems } = await run();
    expect(problems.at(-1)).toMatch(
      /^global webhooks: may have been set. Run npm run connect again to see: /,
    );
    account.server().faultOf = undefined;
    expect((await run(['--yes', '--undo'])).code).toBe(0);
    expect(account.webhooks()?.preWebhookUrl).toBeNull();
  });

  test('what Twilio has perhaps done is said to be so, also if it refuses the next attempt', async () => {
    account.state().retryCounts.set(DEFAULT, { pre: 3, post: 3 });
    const statuses = [503, 400];
    account.server().faultOf = (request) =>
      isWriteOf('conversations')(request) ? { status: statuses.shift() ?? 400 } : undefined;
    expect((await run()).problems.at(-1)).toMatch(/^global webhooks: may have been set\..* answered 400/);
    expect(readHistory()).toHaveLength(1);
  });
});

describe('undo', () => {
  beforeEach(() => {
    const functions = account.state().domains[DOMAIN] ?? '';
    Object.assign(account.state().domains, { [OLD_DOMAIN]: functions, 'crm.acme.com': functions });
  });
  const allWebhooks = () => structuredClone(account.state().configuration.webhooks);

  test.each([
    ['nothing', 'account', { filters: [] }],
    ['an old deployment of ours', 'account', OLD],
    ['a stranger’s', 'account', STRANGER],
    ['a service’s own, old ones', DEFAULT, { ...OLD, method: 'POST' }],
  ])('puts back %s', async (_what, scope, webhooks) => {
    set(scope, webhooks);
    const atFirst = allWebhooks();
    await run(['--yes', '--replace']);
    expect(allWebhooks()).not.toEqual(atFirst);
    expect(await run(['--yes', '--undo'])).toMatchObject({ code: 0, problems: [] });
    expect(allWebhooks()).toEqual(atFirst);
    expect(account.state().retryCounts.get(DEFAULT)).toEqual({ pre: 0, post: 0 });
    expect(existsSync('.twilioconnectinfo')).toBe(false);
    expect(await run(['--undo'])).toMatchObject({
      code: 1,
      problems: [expect.stringContaining('nothing to undo')],
    });
  });

  test('asks by the local time of the change', async () => {
    await run();
    const [entry] = JSON.parse(readFileSync('.twilioconnectinfo', 'utf8'));
    const at = new Date(2026, 10, 25, 22, 43, 7).toISOString();
    writeFileSync('.twilioconnectinfo', JSON.stringify([{ ...entry, at }]));
    const { asked } = await run(['--undo'], { answer: false });
    expect(asked).toEqual(['Put back what was set before your change of 25 Nov, 22:43?']);
    expect((await run(['--undo', '--dry-run'])).out).toMatch(/Nothing has been changed\.$/);
  });

  test('goes back one change at a time', async () => {
    keepOld();
    set('account', OLD);
    await run();
    set('account', STRANGER);
    await run(['--yes', '--replace']);
    expect(JSON.parse(readFileSync('.twilioconnectinfo', 'utf8'))).toHaveLength(2);
    await run(['--yes', '--undo']);
    expect(account.webhooks()).toMatchObject(STRANGER);
  });

  test('puts back no change of another account', async () => {
    await run();
    const others = readFileSync('.twilioconnectinfo', 'utf8').replace(
      ACCOUNT.accountSid,
      `AC${'7'.repeat(32)}`,
    );
    writeFileSync('.twilioconnectinfo', others);
    expect(await run(['--yes', '--undo'])).toMatchObject({
      code: 1,
      problems: [expect.stringContaining(`no change of account ${ACCOUNT.accountSid}`)],
    });
    expect(account.webhooks()).toEqual(OURS);
    expect(readFileSync('.twilioconnectinfo', 'utf8')).toBe(others);
  });

  const STILL_CALLED = /still called by the global webhooks. .*: do not delete the Functions yet/;

  test('of the last of several changes says that the Functions are still called', async () => {
    await run();
    account.state().retryCounts.set(DEFAULT, { pre: 0, post: 0 });
    await run();
    const { code, problems } = await run(['--yes', '--undo']);
    expect([code, problems]).toEqual([1, [expect.stringMatching(STILL_CALLED)]]);
    expect(problems.join()).toContain('npm run connect -- --undo again');
    expect(await run(['--yes', '--undo'])).toMatchObject({ code: 0, problems: [] });
  });

  test('that leads to another deployment of the account says that the Functions are still called', async () => {
    account.state().deployed.environments.push(OLD_DOMAIN);
    account.state().domains[OLD_DOMAIN] = account.state().domains[DOMAIN] ?? '';
    set('account', { ...OURS, preWebhookUrl: OLD.preWebhookUrl, postWebhookUrl: OLD.postWebhookUrl });
    await run(['--yes', '--domain', DOMAIN]);
    const { code, out, problems } = await run(['--yes', '--undo', '--json']);
    expect([code, problems]).toEqual([1, [expect.stringMatching(STILL_CALLED)]]);
    expect(JSON.parse(out)).toMatchObject({ ok: false, stillCalledBy: ['global webhooks'] });
    expect(problems.join()).toContain('in the Console');
    expect(account.webhooks()).toMatchObject({ preWebhookUrl: OLD.preWebhookUrl });
  });

  test.each([
    ['a deployment that is gone', OLD, 404],
    ['one that answers wrongly', OLD, 500],
    ['one in another account', OLD, 403],
    ['another backend that is gone', STRANGER, 'drop'],
  ] as const)(
    'does not put back %s as Pre-Event URL by a script that only says --yes',
    async (_what, set_, fault) => {
      set('account', set_);
      await run(['--yes', '--replace']);
      const { host } = new URL(set_.preWebhookUrl);
      account.server().faultOf = (request) => {
        if (request.host !== host) return undefined;
        return typeof fault === 'string' ? fault : { status: fault };
      };
      const { code, problems } = await run(['--yes', '--undo']);
      expect([code, problems.join()]).toEqual([
        1,
        expect.stringMatching(/put back, .*: Twilio would reject every new conversation.*--yes --replace/s),
      ]);
      expect(account.webhooks()).toEqual(OURS);
      expect((await run(['--undo', '--dry-run'])).out).toContain('would reject every new conversation');
      expect((await run(['--undo'], { answer: true })).code).toBe(0);
      expect(account.webhooks()).toMatchObject(set_);
    },
  );

  test('sends another backend no event', async () => {
    set('account', STRANGER);
    await run(['--yes', '--replace']);
    await run(['--yes', '--undo']);
    const calls = account.server().calls.filter(({ host }) => host === 'crm.acme.com');
    expect(calls.map(({ method, body }) => [method, body])).toEqual([['GET', '']]);
  });

  test('of one of two services says that the Functions are still called by the other', async () => {
    await run(['--yes', '--service', OTHER]);
    await run(['--yes', '--service', DEFAULT]);
    const { code, problems } = await run(['--yes', '--undo']);
    expect([code, problems]).toEqual([1, [expect.stringContaining(`called by the webhooks of ${OTHER}`)]]);
  });

  test('that is interrupted leaves no failure that nobody awaits', async () => {
    await run();
    const [entry] = readHistory();
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const caller = { signal: AbortSignal.abort() } as Caller;
    await expect(readUndoPlan(entry as HistoryEntry, {} as Twilio, caller)).rejects.toThrow('aborted');
    await setTimeout(10);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('says what Twilio did not empty', async () => {
    await run();
    account.state().configuration.canBeEmptied = false;
    const { code, problems } = await run(['--yes', '--undo']);
    expect([code, problems.at(-1)]).toEqual([
      1,
      expect.stringContaining('Pre-Event URL of the global webhooks, Post-Event URL of the global webhooks'),
    ]);
    expect(existsSync('.twilioconnectinfo')).toBe(true);
  });

  test('does not take away what somebody set meanwhile, unless told to', async () => {
    await run();
    set('account', STRANGER);
    expect((await run(['--yes', '--undo'])).code).toBe(1);
    expect(account.webhooks()).toMatchObject(STRANGER);
    expect((await run(['--undo', '--dry-run'])).code).toBe(0);
    expect(account.webhooks()).toMatchObject(STRANGER);
    expect((await run(['--yes', '--replace', '--undo'])).code).toBe(0);
    expect(account.webhooks()?.preWebhookUrl).toBeNull();
  });

  test('of services of which one is gone puts back the others, and says so', async () => {
    await run(['--yes', '--service', DEFAULT, '--service', OTHER]);
    account.state().configuration.services.pop();
    account.state().retryCounts.delete(OTHER);
    const { code, problems } = await run(['--yes', '--undo']);
    expect([code, problems]).toEqual([0, [expect.stringContaining(`${OTHER} is gone`), expect.anything()]]);
    expect(account.webhooks(DEFAULT)?.preWebhookUrl).toBeNull();
  });

  test('can be made again if Twilio put back only a part', async () => {
    set('account', { filters: [] });
    await run();
    account.state().configuration.canBeEmptied = false;
    expect((await run(['--yes', '--undo'])).problems.at(-1)).toContain('Not put back');
    account.state().configuration.canBeEmptied = true;
    expect(await run(['--yes', '--undo'])).toMatchObject({ code: 0, problems: [] });
    expect(account.webhooks()).toMatchObject({ preWebhookUrl: null, filters: [] });
  });

  test.each([400, 403])('keeps what cannot be read now (%p) for the next time', async (status) => {
    await run();
    account.server().faultOf = ({ host }) => (host === 'chat.twilio.com' ? { status } : undefined);
    const left = [expect.stringMatching(`^retry counts of ${DEFAULT} `)];
    const tried = await run(['--undo', '--dry-run', '--json']);
    expect([tried.code, JSON.parse(tried.out)]).toMatchObject([1, { ok: false, left }]);
    const { code, problems } = await run(['--yes', '--undo']);
    expect([code, problems.at(-1)]).toEqual([
      1,
      expect.stringMatching(`Not put back: retry counts of ${DEFAULT} .*${status}`),
    ]);
    account.server().faultOf = undefined;
    expect((await run(['--yes', '--undo'])).code).toBe(0);
    expect(account.state().retryCounts.get(DEFAULT)).toEqual({ pre: 0, post: 0 });
  });

  test('goes on with the others if Twilio refuses one', async () => {
    await run(['--yes', '--service', DEFAULT, '--service', OTHER]);
    account.server().faultOf = ({ method, path }) =>
      method === 'POST' && path.startsWith(`/v1/Services/${DEFAULT}`) ? { status: 400 } : undefined;
    const { code, problems } = await run(['--yes', '--undo']);
    expect([code, problems.at(-1)]).toEqual([
      1,
      expect.stringContaining(`Not put back: webhooks of ${DEFAULT}`),
    ]);
    expect(account.webhooks(OTHER)?.preWebhookUrl).toBeNull();
    account.server().faultOf = undefined;
    expect((await run(['--yes', '--undo'])).code).toBe(0);
    expect(account.webhooks(DEFAULT)?.preWebhookUrl).toBeNull();
  });

  test('leaves retry counts that somebody has changed since', async () => {
    await run();
    account.state().retryCounts.set(DEFAULT, { pre: 5, post: 3 });
    const { code, problems } = await run(['--yes', '--undo']);
    expect([code, problems]).toEqual([0, [expect.stringContaining('somebody has changed them since')]]);
    expect(account.state().retryCounts.get(DEFAULT)).toEqual({ pre: 5, post: 3 });
  });

  test('has nothing to ask if all is as it was', async () => {
    await run();
    set('account', { preWebhookUrl: null, postWebhookUrl: null, filters: [] });
    account.state().retryCounts.set(DEFAULT, { pre: 0, post: 0 });
    expect(await run(['--undo'])).toMatchObject({ code: 0, asked: [], problems: [] });
    expect(existsSync('.twilioconnectinfo')).toBe(false);
  });

  test('is not made if somebody changes the webhooks while it asks', async () => {
    await run();
    const { code, problems } = await run(['--undo'], {
      answer: true,
      meanwhile: () => set('account', STRANGER),
    });
    expect([code, problems]).toEqual([
      1,
      [expect.stringContaining('somebody has changed the global webhooks')],
    ]);
    expect(account.webhooks()).toMatchObject(STRANGER);
  });

  test('without a history says where it would be', async () => {
    const { problems } = await run(['--undo']);
    expect(problems).toEqual([
      expect.stringContaining('npm run connect has changed nothing from this folder'),
    ]);
  });

  test('of a service that had none leaves nothing that is called', async () => {
    await run(['--yes', '--service', OTHER]);
    const { code, out } = await run(['--yes', '--undo']);
    expect([code, out]).toEqual([0, expect.stringContaining(`method of the webhooks of ${OTHER}`)]);
    expect(account.webhooks(OTHER)).toMatchObject({ preWebhookUrl: null, postWebhookUrl: null, filters: [] });
  });
});
