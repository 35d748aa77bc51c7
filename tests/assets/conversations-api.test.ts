import type { TwilioClient } from '@twilio-labs/serverless-runtime-types/types';
import twilio from 'twilio';
import type { conversationsApi } from '../../assets/conversations-api.private';
import { contextOf } from '../helpers/in-process-runtime';

type Request = { signal?: AbortSignal; url?: string };

/** What Twilio's API does with a request. */
let respond: (request: Request) => Promise<unknown>;
let clients: TwilioClient[];
let load: () => { conversationsApi: typeof conversationsApi };

beforeEach(() => {
  load = () => {
    let loaded: ReturnType<typeof load> | undefined;
    jest.isolateModules(() => {
      loaded = require('../../assets/conversations-api.private');
    });
    return loaded as ReturnType<typeof load>;
  };
  clients = [];
  respond = async () => ({ status: 200, data: '{"sid":"CH1","friendly_name":"Ada"}', headers: {} });
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
const fetchConversation = (api: ReturnType<typeof conversationsApi>) =>
  api.call(({ v1, request }) => request(() => v1.conversations('CH1').fetch()));

test('a warm instance keeps one client of an account', async () => {
  const { conversationsApi } = load();
  for (const account of [undefined, undefined, `AC${'2'.repeat(32)}`]) {
    await fetchConversation(conversationsApi(context(account), performance.now()));
  }
  expect(clients.length).toBe(2);
});

test('a client that was idle for long is replaced, since its connections may be dead', async () => {
  const { conversationsApi } = load();
  await fetchConversation(conversationsApi(context(), performance.now()));
  const now = performance.now() + 21_000;
  jest.spyOn(performance, 'now').mockReturnValue(now);
  await fetchConversation(conversationsApi(context(), now));
  expect(clients.length).toBe(2);
});

test('a second attempt after a dropped connection is made by a new client', async () => {
  const { conversationsApi } = load();
  const failures = [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })];
  const answer = respond;
  respond = async (request) => {
    const failure = failures.shift();
    if (failure) throw failure;
    return answer(request);
  };
  expect(await fetchConversation(conversationsApi(context(), performance.now()))).toMatchObject({
    sid: 'CH1',
  });
  expect(clients.length).toBe(2);
});

test('a request that is under way when the webhook is answered is ended', async () => {
  const { conversationsApi } = load();
  const api = conversationsApi(context(), performance.now());
  let reading: Promise<unknown> = Promise.resolve();
  const signal = await new Promise<AbortSignal | undefined>((started) => {
    respond = (request) =>
      new Promise((_resolve, reject) => {
        started(request.signal);
        request.signal?.addEventListener('abort', () => reject(request.signal?.reason));
      });
    reading = fetchConversation(api).catch(String);
  });
  expect(signal?.aborted).toBe(false);
  api.end();
  expect(signal?.aborted).toBe(true);
  expect(await reading).toMatch(/abort/i);
  expect(clients.length).toBe(1);
});

test('without credentials, the failure says so', async () => {
  const { conversationsApi } = load();
  const without = contextOf({
    getTwilioClient: () => {
      throw new Error('no account');
    },
  });
  await expect(fetchConversation(conversationsApi(without, performance.now()))).rejects.toMatchObject({
    message: 'no Twilio client: ACCOUNT_SID and AUTH_TOKEN are not set',
    isTransient: false,
  });
});
