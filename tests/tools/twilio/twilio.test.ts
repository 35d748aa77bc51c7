import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Twilio } from 'twilio';
import { connectToTwilio } from '../../../tools/twilio/account';
import { type AdaptiveCalls, adaptiveCalls } from '../../../tools/twilio/adaptive-calls';
import { describeError, isRefused, isTransient } from '../../../tools/twilio/errors';
import { createHttpClient } from '../../../tools/twilio/http-client';
import {
  CONVERSATION_ATTRIBUTES_MAX_BYTES,
  FRIENDLY_NAME_MAX_LENGTH,
  PARTICIPANT_ATTRIBUTES_MAX_BYTES,
} from '../../../tools/twilio/limits';
import { forEachAtPace } from '../../../tools/twilio/pace';
import { withRetries } from '../../../tools/twilio/retries';
import { callAsTwilio } from '../../../tools/twilio/signed-call';

const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;
const error = (status?: number, code?: number | string) =>
  Object.assign(new Error('+14155550147'), { status, code });
const { signal } = new AbortController();

describe('the account', () => {
  test('is that of ACCOUNT_SID', () => {
    expect(connectToTwilio({ ACCOUNT_SID: ` ${ACCOUNT_SID}`, AUTH_TOKEN: 'token ' })).toMatchObject({
      accountSid: ACCOUNT_SID,
      password: 'token',
    });
  });

  test.each([
    [{}, 'ACCOUNT_SID and AUTH_TOKEN are not set'],
    [{}, 'https://console.twilio.com into .env. If there is no .env yet, cp .env.example .env'],
    [{ ACCOUNT_SID }, 'AUTH_TOKEN is not set'],
    [{ ACCOUNT_SID, AUTH_TOKEN: ' ' }, 'AUTH_TOKEN is not set'],
    [{ ACCOUNT_SID: 'AC123', AUTH_TOKEN: 'secret' }, 'ACCOUNT_SID is not the SID of an account'],
    [
      { ACCOUNT_SID: `SK${'0'.repeat(32)}`, AUTH_TOKEN: 'secret' },
      'ACCOUNT_SID is not the SID of an account',
    ],
  ])('is asked for with %j', (env, message) => {
    expect(() => connectToTwilio(env)).toThrow(message);
    expect(() => connectToTwilio(env)).not.toThrow('secret');
  });
});

describe('an error', () => {
  test.each([
    [429, 20429, true],
    [500, 20500, true],
    [503, 20503, true],
    [undefined, 'ECONNRESET', true],
    [409, 50386, true],
    [409, 54301, false],
    [400, 20001, false],
    [401, 20003, false],
    [404, 20404, false],
  ])('with status %p and code %p may pass: %p', (status, code, expected) => {
    expect(isTransient(error(status, code))).toBe(expected);
  });

  test('of credentials concerns all calls', () => {
    expect([401, 403, 400, undefined].map((status) => isRefused(error(status)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test.each([
    [error(401, 20003), 'Sync answered 401: are ACCOUNT_SID and AUTH_TOKEN those of your account?'],
    [error(404, 20404), 'Sync answered 404: is it there?'],
    [error(400, 20001), 'Sync answered 400 (20001)'],
    [error(undefined, 'ECONNRESET'), 'no answer from Sync (ECONNRESET): can this machine reach Twilio?'],
    [error(), 'no answer from Sync (interrupted): can this machine reach Twilio?'],
    [
      new DOMException('too late', 'TimeoutError'),
      'no answer from Sync (in time): can this machine reach Twilio?',
    ],
  ])('is told without what the call was about', (given, words) => {
    expect(describeError(given, 'Sync', { 404: 'is it there?' })).toBe(words);
  });
});

describe('a call', () => {
  test('is made again after transient errors, and not after others', async () => {
    const call = jest
      .fn()
      .mockRejectedValueOnce(error(429))
      .mockRejectedValueOnce(error())
      .mockResolvedValue('done');
    expect(await withRetries(call, { signal, firstPauseMs: 1 })).toBe('done');
    expect(call).toHaveBeenCalledTimes(3);
    const refused = jest.fn().mockRejectedValue(error(400));
    await expect(withRetries(refused, { signal, firstPauseMs: 1 })).rejects.toMatchObject({ status: 400 });
    expect(refused).toHaveBeenCalledTimes(1);
  });

  test('that is out of time ends with what Twilio answered last', async () => {
    const call = jest.fn().mockRejectedValue(error(undefined, 'ECONNREFUSED'));
    const calling = withRetries(call, { signal: AbortSignal.timeout(50), firstPauseMs: 60_000 });
    await expect(calling).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('whose answer is not JSON is made again, and told as such if it stays so', async () => {
    const call = jest.fn(async () => JSON.parse('{"sid": "IS'));
    const given = await withRetries(call, { signal, firstPauseMs: 1 }).catch((error) => error);
    expect(describeError(given, 'Sync')).toContain("Sync answered something that is not Twilio's");
    expect(call).toHaveBeenCalledTimes(3);
    const once = jest.fn().mockRejectedValueOnce(new SyntaxError()).mockResolvedValue('done');
    expect(await withRetries(once, { signal, firstPauseMs: 1 })).toBe('done');
  });

  test('that is under way when it is interrupted has its answer told', async () => {
    const interruption = new AbortController();
    const call = async () => {
      interruption.abort();
      return 'done';
    };
    expect(await withRetries(call, { signal: interruption.signal })).toBe('done');
  });

  test('is not made again once it was interrupted', async () => {
    const interruption = new AbortController();
    const call = jest.fn().mockRejectedValue(error(500));
    const calling = withRetries(call, { signal: interruption.signal, firstPauseMs: 60_000 });
    interruption.abort();
    await expect(calling).rejects.toThrow();
    expect(call).toHaveBeenCalledTimes(1);
  });
});

describe('an HTTP client', () => {
  let server: Server;
  let drips: boolean;
  const url = () => `http://localhost:${(server.address() as AddressInfo).port}`;
  /** An answer that never ends, or never begins. */
  beforeEach(() => {
    drips = true;
    server = createServer((_request, response) => {
      const dripping = setInterval(() => drips && response.write(' '), 10);
      response.on('close', () => clearInterval(dripping));
    }).listen(0);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('gives up an answer that never ends', async () => {
    const request = { method: 'post', uri: url(), timeout: 100 } as const;
    await expect(createHttpClient().request(request)).rejects.toMatchObject({ code: 'ECONNABORTED' });
  });

  test('is interrupted while it reads, and not while it writes', async () => {
    const client = createHttpClient(AbortSignal.timeout(50));
    const startedAt = performance.now();
    const request = { uri: url(), timeout: 500 } as const;
    await expect(client.request({ ...request, method: 'get' })).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(400);
    await expect(client.request({ ...request, method: 'post' })).rejects.toMatchObject({
      code: 'ECONNABORTED',
    });
    expect(performance.now() - startedAt).toBeGreaterThan(500);
  });

  test.each([true, false])(
    'waits for a webhook as long as Twilio does (it drips: %p)',
    async (isDripping) => {
      drips = isDripping;
      const client = createHttpClient();
      const request = client.request.bind(client);
      const sent = jest
        .spyOn(client, 'request')
        .mockImplementation((options) => request({ ...options, timeout: 100 }));
      const twilio = { password: 'token', httpClient: client } as Partial<Twilio> as Twilio;
      expect(await callAsTwilio(twilio, url(), {})).toMatchObject({ status: 0, code: 'ECONNABORTED' });
      // https://www.twilio.com/docs/conversations/conversations-webhooks
      expect(sent).toHaveBeenCalledWith(expect.objectContaining({ timeout: 5000 }));
    },
  );
});

describe('calls that adapt to what Twilio takes', () => {
  const answered = async () => undefined;
  const answers = async (calls: AdaptiveCalls, count: number) => {
    for (let i = 0; i < count; i++) await calls.call(answered);
  };

  test('are never more at a time than at first, so that there is room for webhooks', async () => {
    const calls = adaptiveCalls(4, { signal, firstPauseMs: 1 });
    await answers(calls, 200);
    expect(calls.atATime()).toBe(4);
  });

  test('are halved by 429, and come back', async () => {
    const calls = adaptiveCalls(4, { signal, firstPauseMs: 1 });
    let refusals = 1;
    await calls.call(async () => {
      if (refusals-- > 0) throw error(429);
    });
    expect(calls.atATime()).toBe(2);
    await answers(calls, 100);
    expect(calls.atATime()).toBe(4);
  });
});

describe('a pace', () => {
  test('is kept, with no more at a time than it allows', async () => {
    let running = 0;
    let most = 0;
    const taken: number[] = [];
    await forEachAtPace([1, 2, 3, 4, 5], { atATime: 2, perSecond: 100 }, signal, async (item) => {
      most = Math.max(most, ++running);
      await setTimeout(50);
      running--;
      taken.push(item);
    });
    expect({ most, taken: taken.sort() }).toEqual({ most: 2, taken: [1, 2, 3, 4, 5] });
  });

  test('allows so many a second', async () => {
    const startedAt: number[] = [];
    await forEachAtPace([1, 2], { atATime: 2, perSecond: 10 }, signal, (_item, call) =>
      call(async () => {
        startedAt.push(performance.now());
      }),
    );
    expect((startedAt[1] ?? 0) - (startedAt[0] ?? 0)).toBeGreaterThan(95);
  });

  test('ends when it is interrupted, with what is left not begun', async () => {
    const interruption = new AbortController();
    const taken: number[] = [];
    await forEachAtPace([1, 2, 3], { atATime: 1, perSecond: 1 }, interruption.signal, async (item) => {
      taken.push(item);
      interruption.abort();
    });
    expect(taken).toEqual([1]);
  });

  test('ends with an error that is not expected', async () => {
    const taking = forEachAtPace([1, 2], { atATime: 1, perSecond: 10 }, signal, async () => {
      throw new Error('a bug');
    });
    await expect(taking).rejects.toThrow('a bug');
  });
});

test('the limits are those of Twilio’s page', () => {
  // https://www.twilio.com/docs/conversations/conversations-limits
  expect([
    FRIENDLY_NAME_MAX_LENGTH,
    CONVERSATION_ATTRIBUTES_MAX_BYTES,
    PARTICIPANT_ATTRIBUTES_MAX_BYTES,
  ]).toEqual([256, 16_384, 4_096]);
});
