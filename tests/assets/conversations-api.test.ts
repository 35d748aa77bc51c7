import type { TwilioClient } from '@twilio-labs/serverless-runtime-types/types';
import twilio from 'twilio';
import type { callConversations } from '../../assets/conversations-api.private';
import { captureLog, contextOf } from '../helpers/in-process-runtime';

type Request = { signal?: AbortSignal; url?: string };

/** What Twilio's API does with a request. */
let respond: (request: Request) => Promise<unknown>;
const answering = async () => ({ status: 200, data: '{"sid":"CH1","friendly_name":"Ada"}', headers: {} });
let clients: TwilioClient[];
let load: () => { callConversations: typeof callConversations };

beforeEach(() => {
  load = () => {
    let loaded: ReturnType<typeof load> | undefined;
    jest.isolateModules(() => {
      loaded = require('../../assets/conversations-api.private');
    });
    return loaded as ReturnType<typeof load>;
  };
  clients = [];
  respond = answering;
});
afterEach(() => jest.restoreAllMocks());

/** A context whose client is Twilio's own, but for the network. */
const context = (ACCOUNT_SID = `AC${'1'.repeat(32)}`) =>
  contextOf({
    ACCOUNT_SID,
    AUTH_TOKEN: 'token',
    getTwilioClient: () => {
      const client = twilio(ACCOUNT_SID, 'token');
      const { axios } = client.httpClient as InstanceType<typeof twilio.RequestClient>;
      axios.defaults.adapter = (config) => respond(config as Request) as never;
      clients.push(client);
      return client;
    },
  });
/** Fetches a conversation for an event that came in so long ago. */
const fetchConversation = (call: typeof callConversations, of = context(), msAgo = 0) =>
  call(of, performance.now() - msAgo, (api) =>
    api.call(({ v1, request }) => request(() => v1.conversations('CH1').fetch())),
  );

test('a warm instance keeps one client of an account', async () => {
  const { callConversations } = load();
  for (const account of [undefined, undefined, `AC${'2'.repeat(32)}`]) {
    await fetchConversation(callConversations, context(account));
  }
  expect(clients.length).toBe(2);
});

test('a client that was idle for long is replaced, since its connections may be dead', async () => {
  const { callConversations } = load();
  await fetchConversation(callConversations);
  const now = performance.now() + 21_000;
  jest.spyOn(performance, 'now').mockReturnValue(now);
  await fetchConversation(callConversations);
  expect(clients.length).toBe(2);
});

test('a second attempt after a dropped connection is made by a new client', async () => {
  const { callConversations } = load();
  const failures = [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })];
  const answer = respond;
  respond = async (request) => {
    const failure = failures.shift();
    if (failure) throw failure;
    return answer(request);
  };
  expect(await fetchConversation(callConversations)).toMatchObject({
    sid: 'CH1',
  });
  expect(clients.length).toBe(2);
});

test('a request that is under way when the webhook is answered is ended', async () => {
  const { callConversations } = load();
  let reading: Promise<unknown> = Promise.resolve();
  let signal: AbortSignal | undefined;
  await callConversations(context(), performance.now(), async (api) => {
    signal = await new Promise<AbortSignal | undefined>((started) => {
      respond = (request) =>
        new Promise((_resolve, reject) => {
          started(request.signal);
          request.signal?.addEventListener('abort', () => reject(request.signal?.reason));
        });
      reading = api.call(({ v1, request }) => request(() => v1.conversations('CH1').fetch())).catch(String);
    });
    expect(signal?.aborted).toBe(false);
  });
  expect(signal?.aborted).toBe(true);
  expect(await reading).toMatch(/abort/i);
  expect(clients.length).toBe(1);
});

describe('an API that does not answer', () => {
  /** Requests that hang, and when they were made and given up. */
  function hang() {
    const spans: number[] = [];
    respond = ({ signal }) =>
      new Promise((_resolve, reject) => {
        const startedAt = performance.now();
        signal?.addEventListener('abort', () => {
          spans.push(performance.now() - startedAt);
          reject(signal.reason);
        });
      });
    return spans;
  }

  test('is called twice in 3 s, and not at all by the next event, until it is tried again', async () => {
    const log = captureLog();
    const { callConversations } = load();
    const spans = hang();
    const startedAt = performance.now();
    await expect(fetchConversation(callConversations)).rejects.toMatchObject({ isTransient: true });
    expect(spans.length).toBe(2);
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(2900);
    expect(tookMs).toBeLessThan(4000);
    await expect(fetchConversation(callConversations)).rejects.toMatchObject({
      message: "Twilio's API: not asked, since it has not answered lately",
      isTransient: true,
    });
    expect(spans.length).toBe(2);

    respond = answering;
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 1500);
    expect(await fetchConversation(callConversations)).toMatchObject({ sid: 'CH1' });
    expect(log()).toEqual([
      "Twilio's API: does not answer, or is too busy: it is asked only now and then until it answers",
      "Twilio's API: answers again",
    ]);
  }, 10_000);

  test('is called all the same by the next event if this one had hardly any time left', async () => {
    captureLog();
    const { callConversations } = load();
    hang();
    await expect(fetchConversation(callConversations, context(), 4200)).rejects.toThrow();
    respond = answering;
    expect(await fetchConversation(callConversations)).toMatchObject({ sid: 'CH1' });
  });

  test('an error that is about one conversation alone says nothing about the others', async () => {
    const { callConversations } = load();
    respond = async () => ({ status: 409, data: '{"code":50386,"message":"","status":409}', headers: {} });
    await expect(fetchConversation(callConversations, context(), 2500)).rejects.toMatchObject({
      isTransient: true,
    });
    respond = answering;
    expect(await fetchConversation(callConversations)).toMatchObject({ sid: 'CH1' });
  });
});

test('without credentials, the failure says so', async () => {
  const { callConversations } = load();
  const without = contextOf({
    getTwilioClient: () => {
      throw new Error('no account');
    },
  });
  await expect(fetchConversation(callConversations, without)).rejects.toMatchObject({
    message: 'no Twilio client: ACCOUNT_SID and AUTH_TOKEN are not set',
    isTransient: false,
  });
});
