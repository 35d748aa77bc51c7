import timers from 'node:timers/promises';
import type { TwilioClient } from '@twilio-labs/serverless-runtime-types/types';
import twilio from 'twilio';
import type { callConversations } from '../../assets/conversations-api.private';
import { captureLog, contextOf } from '../helpers/in-process-runtime';

type Request = { signal?: AbortSignal; url?: string; timeout?: number };

/** What Twilio's API does with a request. */
let respond: (request: Request) => Promise<unknown>;
const answering = async () => ({ status: 200, data: '{"sid":"CH1","friendly_name":"Ada"}', headers: {} });
let clients: TwilioClient[];
/** An instance that has just started. */
const load = (): { callConversations: typeof callConversations } =>
  require('../../assets/conversations-api.private');

beforeEach(() => {
  jest.resetModules();
  clients = [];
  respond = answering;
});
afterEach(() => jest.restoreAllMocks());

/** A context whose client is Twilio's own, but for the network. */
const context = (ACCOUNT_SID = `AC${'1'.repeat(32)}`) =>
  contextOf({
    ACCOUNT_SID,
    AUTH_TOKEN: 'token',
    getTwilioClient: (options: object) => {
      const client = twilio(ACCOUNT_SID, 'token', options);
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
  const now = Date.now();
  // By the clock alone: an instance that was frozen may not know of the time by another one.
  const clientsAt = async (seconds: number) => {
    jest.spyOn(Date, 'now').mockReturnValue(now + seconds * 1000);
    await fetchConversation(callConversations);
    return clients.length;
  };
  expect([await clientsAt(0), await clientsAt(15), await clientsAt(30)]).toEqual([1, 1, 1]);
  expect(await clientsAt(51)).toBe(2);
});

test('what is ended since its event is answered leaves the client to the next one', async () => {
  const { callConversations } = load();
  const isAsked = new Promise<void>((asked) => {
    respond = ({ signal }) =>
      new Promise((_, end) => {
        signal?.addEventListener('abort', () => end(new Error('canceled')));
        asked();
      });
  });
  let reading: Promise<unknown> | undefined;
  await callConversations(context(), performance.now(), async (api) => {
    reading = api.call(({ v1, request }) => request(() => v1.conversations('CH1').fetch())).catch(String);
    await isAsked;
  });
  await reading;
  respond = answering;
  await fetchConversation(callConversations);
  expect(clients.length).toBe(1);
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

describe('by a clock that is fake', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    // Those of Node that are no globals are not Jest's to fake.
    jest
      .spyOn(timers, 'setTimeout')
      .mockImplementation((ms) => new Promise<never>((done) => setTimeout(done as () => void, ms)));
    jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const timeUp = new AbortController();
      setTimeout(() => timeUp.abort(), ms);
      return timeUp.signal;
    });
  });
  afterEach(() => jest.useRealTimers());

  const HANGS = Number.POSITIVE_INFINITY;
  /** Requests that are answered after so long, one each; those beyond hang. @returns how long each was under way, in ms */
  function answerAfter(...delaysMs: number[]) {
    const spans: number[] = [];
    respond = ({ signal, timeout = 0 }) => {
      const startedAt = performance.now();
      const [delayMs = timeout] = delaysMs.splice(0, 1);
      return new Promise((resolve, reject) => {
        if (delayMs < timeout) setTimeout(() => resolve(answering()), delayMs);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }).finally(() => spans.push(performance.now() - startedAt));
    };
    return spans;
  }
  /** Lets time pass until it is settled. @returns what it has come to, and how long that took, in ms */
  async function pass<T>(call: Promise<T>): Promise<{ value?: T; error?: unknown; tookMs: number }> {
    const startedAt = performance.now();
    let isSettled = false;
    const settled = call
      .then((value) => ({ value }))
      .catch((error) => ({ error }))
      .finally(() => {
        isSettled = true;
      });
    while (!isSettled) await jest.advanceTimersToNextTimerAsync();
    return { ...(await settled), tookMs: performance.now() - startedAt };
  }

  test('a call may take nearly 2 s', async () => {
    const { callConversations } = load();
    const spans = answerAfter(1900);
    expect(await pass(fetchConversation(callConversations))).toMatchObject({ value: { sid: 'CH1' } });
    expect(spans).toEqual([1900]);
  });

  test('a call that hangs is given up after 2 s, and made again', async () => {
    const { callConversations } = load();
    const spans = answerAfter(HANGS, 10);
    expect(await pass(fetchConversation(callConversations))).toMatchObject({ value: { sid: 'CH1' } });
    expect(spans).toEqual([2000, 10]);
  });

  test('an API that does not answer is called twice in 3 s, and not at all by the next event, until it is tried again', async () => {
    const log = captureLog();
    const { callConversations } = load();
    const spans = answerAfter();
    const { error, tookMs } = await pass(fetchConversation(callConversations));
    expect(error).toMatchObject({ isTransient: true });
    expect(tookMs).toBeCloseTo(3000, -1);
    expect(spans.length).toBe(2);
    await expect(fetchConversation(callConversations)).rejects.toMatchObject({
      message: "Twilio's API: not asked, since it has not answered lately",
      isTransient: true,
    });
    expect(spans.length).toBe(2);

    respond = answering;
    await jest.advanceTimersByTimeAsync(1500);
    expect(await fetchConversation(callConversations)).toMatchObject({ sid: 'CH1' });
    expect(log()).toEqual([
      "Twilio's API: does not answer, or is too busy: it is asked only now and then until it answers",
      "Twilio's API: answers again",
    ]);
  });

  test('an API that does not answer is called all the same by the next event if this one had too little time to tell', async () => {
    captureLog();
    const { callConversations } = load();
    answerAfter();
    const { error, tookMs } = await pass(fetchConversation(callConversations, context(), 3500));
    expect(error).toMatchObject({ isTransient: true });
    expect(tookMs).toBeCloseTo(1000, -1);
    respond = answering;
    expect(await fetchConversation(callConversations)).toMatchObject({ sid: 'CH1' });
  });

  test('what an attempt may have done is not forgotten after another one that was refused', async () => {
    const { callConversations } = load();
    const answers = [{ status: 503 }, { status: 429 }, { status: 200 }];
    respond = async () => ({ data: '{}', headers: {}, ...answers.shift() });
    const seen: boolean[] = [];
    await pass(
      callConversations(context(), performance.now(), (api) =>
        api.call(({ v1, request, mayBeDone }) => {
          seen.push(mayBeDone);
          return request(() => v1.conversations('CH1').fetch());
        }),
      ),
    );
    expect(seen).toEqual([false, true, true]);
  });

  test('an error that is about one conversation alone says nothing about the others', async () => {
    // With the longest pauses, each event takes long enough to count.
    jest.spyOn(Math, 'random').mockReturnValue(0.99);
    const { callConversations } = load();
    respond = async () => ({ status: 409, data: '{"code":50386,"message":"","status":409}', headers: {} });
    for (let event = 0; event < 2; event++) {
      const { error } = await pass(fetchConversation(callConversations));
      expect(error).toMatchObject({ isTransient: true });
    }
    respond = answering;
    expect(await fetchConversation(callConversations)).toMatchObject({ sid: 'CH1' });
  });
});

test('what an attempt throws beside a request is a bug, and not said of the API', async () => {
  const attempt = jest.fn().mockRejectedValue(new TypeError('x is not a function'));
  const calling = load().callConversations(context(), performance.now(), (api) => api.call(attempt));
  await expect(calling).rejects.toThrow(TypeError);
  expect(attempt).toHaveBeenCalledTimes(1);
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
