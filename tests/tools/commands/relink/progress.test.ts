import { progressLine, showProgress } from '../../../../tools/commands/relink/show-progress';
import { startTally } from '../../../../tools/commands/relink/tally';
import { Waiting, watchTwilio } from '../../../../tools/commands/relink/waiting';
import { adaptiveCalls } from '../../../../tools/twilio/adaptive-calls';

const progressOf = (counts: object, elapsedMs: number, now: object = {}) =>
  progressLine({
    counts: { ...startTally().counts, ...counts },
    state: 'active',
    day: '2026-11-18',
    elapsedMs,
    ...now,
  });

test('says what is done, what day it has come to, how fast and for how long, in 80 columns', () => {
  const counts = { conversations: 1234, linked: 1100, unknown: 134 };
  expect(progressOf(counts, 308_500)).toBe(
    '1,234 done, to 2026-11-18 · 4.0/s · 5 min · 1,100 linked, 134 unknown',
  );
  const many = progressOf({ conversations: 12_345, linked: 8_012, unknown: 345, failed: 2 }, 252_000);
  expect(many).toContain('8,012 linked, 2 failed, 345 unknown');
  expect(many.length).toBeLessThanOrEqual(80);
});

test('says how many calls are made at a time, and the state, only if they are not the usual ones', () => {
  expect(progressOf({}, 0, { atATime: 1, state: 'inactive' })).toMatch(/ · inactive · 1 call at a time$/);
  expect(progressOf({}, 0, { atATime: 5 })).toMatch(/ · 5 calls at a time$/);
});

test.each([
  [0, ' · 0.0/s · 0 s · '],
  [59_999, ' · 0.1/s · 59 s · '],
  [3_720_000, '/s · 1 h 2 min · '],
])('after %d ms: %s', (elapsedMs, expected) => {
  expect(progressOf({ conversations: elapsedMs > 0 ? 5 : 0 }, elapsedMs)).toContain(expected);
});

test('without a terminal, a line a minute is said, and at once what is waited for', () => {
  jest.useFakeTimers();
  const { isTTY } = process.stderr;
  process.stderr.isTTY = false;
  const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const waiting = new Waiting();
  const progress = showProgress(
    () => ({ counts: startTally().counts, state: 'active', day: '2026-11-18' }),
    waiting,
  );
  jest.advanceTimersByTime(59_000);
  expect(said).not.toHaveBeenCalled();
  waiting.begin('crm', () => 'The CRM is busy');
  jest.advanceTimersByTime(90_000);
  expect(said.mock.calls).toEqual([
    ['The CRM is busy\n'],
    ['0 done, to 2026-11-18 · 0.0/s · 1 min · 0 linked, 0 unknown\n'],
    ['0 done, to 2026-11-18 · 0.0/s · 2 min · 0 linked, 0 unknown\n'],
  ]);
  progress.stop();
  jest.advanceTimersByTime(90_000);
  expect(said).toHaveBeenCalledTimes(3);
  process.stderr.isTTY = isTTY;
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('what a run waits for', () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  test('is shown as long as it lasts, if it lasts, and said once', () => {
    const waiting = new Waiting();
    watchTwilio(waiting).failed(Object.assign(new Error(), { status: 429 }));
    expect(waiting.words()).toBeUndefined();
    now = 600;
    expect([waiting.words(), waiting.words()]).toEqual(Array(2).fill('Twilio is busy (429): waiting'));
    expect([waiting.wordsToSay(), waiting.wordsToSay()]).toEqual([
      'Twilio is busy (429): waiting',
      undefined,
    ]);
    watchTwilio(waiting).answered();
    expect(waiting.words()).toBeUndefined();
  });

  test.each([
    [503, 'Twilio does not answer as it should (503): trying again'],
    [undefined, 'Twilio does not answer as it should: trying again'],
    [404, undefined],
  ])('after Twilio’s %s: %s', (status, words) => {
    const waiting = new Waiting();
    watchTwilio(waiting).failed(Object.assign(new Error(), { status }));
    now = 600;
    expect(waiting.words()).toBe(words);
  });

  test('is what is under way, at once, after Ctrl-C', () => {
    const waiting = new Waiting();
    waiting.begin('crm', () => 'The CRM is busy');
    now = 600;
    waiting.begin('end', () => 'Stopping');
    expect(waiting.words()).toBe('Stopping');
  });
});

test('each attempt of a call to Twilio is told: its refusal, that it took too long, its answer', async () => {
  const told: unknown[] = [];
  const { signal } = new AbortController();
  const { call } = adaptiveCalls(10, { signal, firstPauseMs: 1 }, 50, {
    answered: () => told.push('answered'),
    failed: ({ status, name }) => told.push(status ?? name),
  });
  const send = jest
    .fn()
    .mockRejectedValueOnce(Object.assign(new Error(), { status: 429 }))
    .mockReturnValueOnce(new Promise(() => undefined))
    .mockResolvedValue('done');
  expect(await call(send)).toBe('done');
  expect(told).toEqual([429, 'TimeoutError', 'answered']);
});
