import { conversationsOf } from '../../../../tools/commands/relink/list-conversations';
import { connectToFake } from '../../../../tools/fakes/connect-to-fake';
import { loadCrm } from '../../../../tools/runtime/in-process-runtime';
import { passTime } from '../../../helpers/pass-time';
import { ACCOUNT, ADA, STRANGER, sid, useRelinkAccount } from '../../../helpers/relink-account';

const account = useRelinkAccount();
const { add, attributesOf, conversation } = account;
const OLD = { customer_id: 'C-1001', display_name: 'Ada Lovelace', avatar: 'https://example.com/old.png' };
const inGroup = { proxyAddress: undefined };
const LUCA = '+15555550123';
const sam = { ...inGroup, address: STRANGER, attributes: '{"customer_id":"S","display_name":"Sam"}' };

describe('on refreshing, what somebody typed on a participant stays', () => {
  test.each([
    ['a name', { friendlyName: 'Ada Okafor' }, { display_name: 'Ada (call back)' }],
    ['a name, if the conversation is refreshed', { friendlyName: 'Ada Lovelace' }, { display_name: 'Nick' }],
    ['an avatar', { attributes: '{"avatar":"https://example.com/old.png"}' }, { avatar: 'https://mine' }],
    ['an avatar that the CRM does not have', { friendlyName: 'Ada Okafor' }, { avatar: 'https://mine' }],
  ])('%s', async (_what, of, typed) => {
    add(1, of, { attributes: JSON.stringify({ customer_id: 'C-1001', ...typed }) });
    await account.run(['--refresh']);
    expect(attributesOf(1)).toEqual({ customer_id: 'C-1001', ...typed });
  });

  test('but what the CRM wrote on both is refreshed', async () => {
    add(
      1,
      { friendlyName: OLD.display_name },
      { attributes: JSON.stringify({ ...OLD, avatar: 'https://mine' }) },
    );
    await account.run(['--refresh']);
    expect(attributesOf(1)).toMatchObject({ display_name: 'Ada Okafor', avatar: 'https://mine' });
  });

  test('also of a customer who takes part twice', async () => {
    const twice = { ...OLD, display_name: 'Ada, private' };
    add(
      1,
      { friendlyName: OLD.display_name },
      { attributes: JSON.stringify(OLD) },
      { address: `whatsapp:${ADA}`, attributes: JSON.stringify(twice) },
    );
    await account.run(['--refresh']);
    expect([attributesOf(1).display_name, attributesOf(1, 1).display_name]).toEqual([
      'Ada Okafor',
      'Ada, private',
    ]);
  });
});

describe('on refreshing,', () => {
  const linked = { attributes: JSON.stringify(OLD) };
  const raw = () => account.api.participant(sid('MB', 16))?.attributes;
  const LONG = '"order":12345678901234567';

  test('a participant who is linked to another customer keeps that name', async () => {
    const attributes = '{"customer_id":"X","display_name":"Xavier"}';
    add(1, { friendlyName: 'Xavier' }, { attributes });
    await account.run(['--refresh']);
    expect([conversation(1)?.friendlyName, raw()]).toEqual(['Xavier', attributes]);
  });

  test("a participant's attributes with a number that JSON.parse would change stay", async () => {
    const attributes = `{"customer_id":"C-1001","display_name":"Ada Lovelace",${LONG}}`;
    add(1, { friendlyName: OLD.display_name }, { attributes });
    await account.run(['--refresh']);
    expect(raw()).toBe(attributes);
  });

  test("a conversation's attributes with such a number stay", async () => {
    const attributes = `{"avatar":"${OLD.avatar}",${LONG}}`;
    add(1, { friendlyName: OLD.display_name, attributes }, linked);
    await account.run(['--refresh']);
    expect(conversation(1)).toMatchObject({ friendlyName: 'Ada Okafor', attributes });
  });

  test("a conversation's attributes stay if a longer avatar has no room", async () => {
    const sized = (note: string) => JSON.stringify({ avatar: OLD.avatar, note });
    const attributes = sized('x'.repeat(16 * 1024 - sized('').length));
    add(1, { friendlyName: OLD.display_name, attributes }, linked);
    expect((await account.run(['--refresh'])).status).toBe(0);
    expect(conversation(1)).toMatchObject({ friendlyName: 'Ada Okafor', attributes });
  });

  test('an avatar in a group stays, as nobody gave the group one', async () => {
    add(1, { attributes: JSON.stringify({ avatar: OLD.avatar }) }, { ...inGroup, ...linked }, sam);
    await account.run(['--refresh']);
    expect(attributesOf(1).avatar).toBe(OLD.avatar);
  });
});

test("a group's name that is refreshed counts as such", async () => {
  add(1, { friendlyName: 'Ada Lovelace, Sam' }, { ...inGroup, attributes: JSON.stringify(OLD) }, sam);
  const { tally } = await account.relinkAll({ refresh: true });
  expect(conversation(1)?.friendlyName).toBe('Ada Okafor, Sam');
  expect(tally.counts).toMatchObject({ renamed: 1, named: 0 });
});

test.each([
  ['', [[], ['--refresh']]],
  [', linked before or on refreshing', [['--refresh'], ['--refresh']]],
])('a name stays after somebody else joined a 1:1 conversation%s', async (_when, runs) => {
  const linked = '{"customer_id":"C-1001","display_name":"Ada Okafor"}';
  add(1, { friendlyName: 'Ada Okafor' }, { attributes: linked }, { address: LUCA });
  for (const flags of runs) await account.run(flags);
  expect(attributesOf(1, 1).customer_id).toBe('C-1002');
  expect(conversation(1)?.friendlyName).toBe('Ada Okafor');
});

test('an address in the name of several is completed on refreshing', async () => {
  add(1, { friendlyName: `${LUCA}, Ada Lovelace` }, { address: LUCA }, { attributes: JSON.stringify(OLD) });
  await account.run(['--refresh']);
  expect(conversation(1)?.friendlyName).toBe('Luca Marchetti, Ada Okafor');
});

test('a name is refreshed after somebody else joined a 1:1 conversation, and stays without them', async () => {
  add(1, { friendlyName: OLD.display_name }, { attributes: JSON.stringify(OLD) }, { address: LUCA });
  for (const _run of [1, 2]) await account.run(['--refresh']);
  expect(attributesOf(1, 1).customer_id).toBe('C-1002');
  expect(conversation(1)?.friendlyName).toBe('Ada Okafor');
});

describe.each([
  ['nothing', {}],
  ["a proxy's error", { error: 'blocked' }],
  ['an empty list', { conversations: [], participants: [] }],
])('an answer with 200 and %s in it', (_what, answer) => {
  /** Twilio, with other answers to some calls. */
  const answering = (isOther: (method: string, uri: string) => boolean) => {
    const twilio = connectToFake(account.api, ACCOUNT);
    const { httpClient } = twilio;
    const request = httpClient?.request.bind(httpClient);
    if (!httpClient || !request) throw new Error('There is no client');
    httpClient.request = async (options) =>
      isOther(String(options.method).toUpperCase(), options.uri)
        ? ({ statusCode: 200, body: answer } as Awaited<ReturnType<typeof request>> as never)
        : request(options);
    return conversationsOf(twilio);
  };
  /** A participant's or a conversation's first write is refused, so that it is read again. */
  const refuseOnce = (path: RegExp) => {
    let isRefused = false;
    account.api.faultOf = (call) => {
      if (isRefused || call.method !== 'POST' || !path.test(call.path)) return undefined;
      isRefused = true;
      return { status: 503 };
    };
  };

  test.each([
    ['a participant', /Participants\/MB/],
    ['a conversation', /Conversations\/CH\w+$/],
  ])('to the reading of %s changes nothing', async (_which, path) => {
    add(1, { attributes: '{"note":"mine"}' }, { attributes: '{"role":"payer"}' });
    refuseOnce(path);
    const { tally } = await account.relinkAll({
      conversations: answering((method, uri) => method === 'GET' && path.test(uri)),
    });
    expect(tally.counts).toMatchObject({ failed: 1, named: 0 });
    expect(attributesOf(1).role).toBe('payer');
    expect(conversation(1)).toMatchObject({ friendlyName: ADA, attributes: '{"note":"mine"}' });
  });

  test('to a list is a failure', async () => {
    add(1);
    const all = await account.relinkAll({ conversations: answering((_, uri) => /Conversations$/.test(uri)) });
    expect(all.halt?.message).toContain("something that is not Twilio's");
    const members = await account.relinkAll({
      conversations: answering((_, uri) => /Participants$/.test(uri)),
    });
    expect(members.tally.counts.failed).toBe(1);
  });

  test('to a write is not counted as written', async () => {
    add(1);
    const one = await account.relinkAll({ conversations: answering((method) => method === 'POST') });
    expect(one.tally.counts).toMatchObject({ linked: 0, named: 0, failed: 1 });
  });

  test('to the only conversation is told in a sentence', async () => {
    add(1);
    const { halt } = await account.relinkAll({
      scope: { conversation: sid('CH', 1) },
      conversations: answering((_, uri) => /CH\w+$/.test(uri)),
    });
    expect(halt?.message).toContain("something that is not Twilio's");
  });
});

describe('while the CRM takes long', () => {
  const slowly = (meanwhile: () => void) => ({
    crm: {
      ...loadCrm(),
      async findCustomer() {
        meanwhile();
        passTime(600);
        return { customer_id: 'S', display_name: 'Sam' };
      },
    },
  });
  const addGroup = () =>
    add(
      1,
      { friendlyName: `${ADA}, ${STRANGER}` },
      { ...inGroup, attributes: '{"customer_id":"C-1001","display_name":"Ada Okafor"}' },
      { ...inGroup, address: STRANGER },
    );

  test('who leaves gives the conversation no name', async () => {
    addGroup();
    await account.relinkAll(slowly(() => account.api.remove(sid('MB', 16))));
    expect(conversation(1)?.friendlyName).toBe('Sam');
  });

  test('who is linked to somebody else gives it that name', async () => {
    addGroup();
    const linked = '{"customer_id":"X","display_name":"Xavier"}';
    await account.relinkAll(
      slowly(() => Object.assign(account.api.participant(sid('MB', 16)) ?? {}, { attributes: linked })),
    );
    expect(conversation(1)?.friendlyName).toBe('Xavier, Sam');
  });

  test('those of whom nothing is written are read once', async () => {
    add(1);
    await account.relinkAll({ crm: { ...loadCrm(), findCustomer: async () => void passTime(600) } });
    expect(account.api.calls.filter(({ path }) => path.includes('/Participants?'))).toHaveLength(1);
  });

  test('who leaves before the link is written gives it no name', async () => {
    const attributes = '{"customer_id":"X","display_name":"Xavier"}';
    add(1, { friendlyName: STRANGER }, {}, { address: STRANGER, attributes });
    await account.relinkAll(slowly(() => account.api.remove(sid('MB', 16))));
    expect(conversation(1)?.friendlyName).toBe('Xavier');
  });
});

describe('a customer whose attributes are full', () => {
  const full = { attributes: JSON.stringify({ note: 'x'.repeat(4070) }) };

  test.each([[[]], [['--dry-run']]])('is a failure with its reason (%j)', async (flags: string[]) => {
    add(1, {}, full);
    const { status, stdout, stderr } = await account.run(['--json', ...flags]);
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 1, linked: 0, named: 1, failed: 1 });
    expect(stderr).toContain("1 failed: a customer's attributes are full: 4 KB is what Twilio takes");
  });

  test('keeps neither the others from being linked, nor the conversation from its name', async () => {
    add(1, {}, full, { address: `whatsapp:${ADA}` });
    await account.run();
    expect(attributesOf(1, 1).customer_id).toBe('C-1001');
    expect(conversation(1)?.friendlyName).toBe('Ada Okafor');
  });
});

test.each(['"VIP"', '[]', 'broken'])(
  'attributes that are %s are left alone, and counted',
  async (attributes) => {
    add(1, {}, { attributes });
    expect((await account.run()).stdout).toContain(
      '1  customers left alone, whose attributes are not a JSON object',
    );
  },
);
