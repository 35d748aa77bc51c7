import { askOnce, breakCircuit } from '../../assets/circuit-breaker.private';
import { captureLog } from '../helpers/in-process-runtime';

const hung = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
const busy = Object.assign(new Error('answered 503'), { isBusy: true, retryAfterMs: 800 });
const refusing = Object.assign(new Error('answered 429'), { isBusy: true, retryAfterMs: 20_000 });
const unreachable = new Error('could not be reached', {
  cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }),
});
const credentials = new Error('answered 401');
const NOT_ASKED = 'not asked, since it has not answered lately';

let now: number;
let clock: number;
let log: () => string[];
let source: string;
let sources = 0;
beforeEach(() => {
  now = 1_000_000;
  clock = 1_700_000_000_000;
  source = `source-${sources++}`;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  jest.spyOn(Date, 'now').mockImplementation(() => clock);
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  log = captureLog();
});
afterEach(() => jest.restoreAllMocks());

/** A look-up that takes so long. @returns what became of it, and how long it was given */
async function lookUp(answer: unknown, { tookMs = 3000, isAwaited = false } = {}) {
  let limit: number | undefined;
  const outcome = await breakCircuit(source, isAwaited, async (limitMs) => {
    limit = limitMs;
    now += Math.min(tookMs, limitMs);
    if (answer instanceof Error) throw answer;
    return answer;
  }).catch((error: Error) => error.message);
  return { outcome, limit };
}
const open = async () => {
  await lookUp(hung);
  await lookUp(hung);
};

test.each([hung, busy, unreachable])(
  'after two look-ups in a row that failed with %p, none is made',
  async (failure) => {
    await lookUp(failure);
    expect(log()).toEqual([]);
    await lookUp(failure);
    expect(await lookUp('Ada')).toEqual({ outcome: NOT_ASKED, limit: undefined });
    expect(log()).toEqual([
      `${source}: does not answer, or is too busy: it is asked only now and then until it answers`,
    ]);
  },
);

test.each([credentials, 'Ada', undefined])(
  'after the answer %p, failures are counted from the start',
  async (answer) => {
    await lookUp(hung);
    await lookUp(answer);
    await lookUp(hung);
    expect(await lookUp('Ada')).toMatchObject({ outcome: 'Ada' });
    expect(log()).toEqual([]);
  },
);

test.each([hung, busy])(
  'a look-up that had hardly any time, and failed with %p, counts as nothing',
  async (failure) => {
    for (let i = 0; i < 5; i++) await lookUp(failure, { tookMs: 100 });
    expect(await lookUp('Ada')).toMatchObject({ outcome: 'Ada' });
  },
);

test('after a look-up that was not answered, the next has a second, and the one after an answer all its time', async () => {
  expect((await lookUp(hung)).limit).toBe(Number.POSITIVE_INFINITY);
  expect((await lookUp('Ada')).limit).toBe(1000);
  expect((await lookUp('Ada')).limit).toBe(Number.POSITIVE_INFINITY);
});

test('what makes several attempts itself needs no second failure', async () => {
  const ask = () => breakCircuit(source, false, async () => Promise.reject(unreachable), 1);
  await expect(ask()).rejects.toThrow('could not be reached');
  await expect(ask()).rejects.toThrow(NOT_ASKED);
});

test('as long as others are answered, those that are not count as nothing', async () => {
  for (let i = 0; i < 5; i++) {
    await breakCircuit(source, false, async () => {
      now += 1000;
      await lookUp('Ada', { tookMs: 10 });
      now += 2000;
      throw busy;
    }).catch(() => undefined);
  }
  expect(await lookUp('Ada')).toMatchObject({ outcome: 'Ada' });
});

test('look-ups that began before another was answered count as nothing', async () => {
  const ends: (() => void)[] = [];
  const hang = () =>
    breakCircuit(source, false, () => new Promise((_resolve, reject) => ends.push(() => reject(hung)))).catch(
      () => undefined,
    );
  const hanging = [hang(), hang()];
  now += 100;
  await lookUp('Ada', { tookMs: 10 });
  now += 2900;
  for (const end of ends) end();
  await Promise.all(hanging);
  expect(await lookUp('Ben')).toMatchObject({ outcome: 'Ben' });
});

test('after a pause, one look-up at a time tries, and its answer ends it', async () => {
  await open();
  now += 1100;
  let other: unknown;
  const tried = await breakCircuit(source, false, async () => {
    other = (await lookUp('Ada')).outcome;
    return 'Ada';
  });
  expect([tried, other]).toEqual(['Ada', NOT_ASKED]);
  expect(await lookUp('Ben')).toMatchObject({ outcome: 'Ben' });
  expect(log()).toEqual([expect.stringContaining('does not answer'), `${source}: answers again`]);
});

test('the pauses grow, and stay below ten seconds', async () => {
  await open();
  const pauses = [];
  for (let i = 0; i < 6; i++) {
    const pausedAt = now;
    while ((await lookUp(hung, { tookMs: 0 })).limit === undefined) now += 100;
    pauses.push(Math.round((now - pausedAt) / 1000));
  }
  expect(pauses).toEqual([1, 2, 4, 8, 8, 8]);
});

test('once the CRM has answered again, the pauses are short again', async () => {
  await open();
  for (let i = 0; i < 3; i++) {
    now += 9000;
    await lookUp(hung, { tookMs: 0 });
  }
  now += 9000;
  expect((await lookUp('Ada')).outcome).toBe('Ada');
  await open();
  now += 1100;
  expect((await lookUp('Ada')).outcome).toBe('Ada');
});

test('what was asked before the pause, and fails in it, makes it no longer', async () => {
  await breakCircuit(source, false, async () => {
    await open();
    now += 500;
    throw hung;
  }).catch(() => undefined);
  expect(log()).toEqual([expect.stringContaining('does not answer')]);
  now += 600;
  expect((await lookUp('Ada')).outcome).toBe('Ada');
});

describe('a try', () => {
  /** How long so many tries were given, as chance has it. */
  async function limits(isAwaited: boolean, random: number[]) {
    await open();
    const given = [];
    for (const chance of random) {
      now += 11_000;
      jest.spyOn(Math, 'random').mockReturnValue(chance);
      given.push((await lookUp(hung, { isAwaited, tookMs: 0 })).limit);
    }
    return given;
  }
  const all = Number.POSITIVE_INFINITY;

  test('that no message waits for is short, and has all its time now and then', async () => {
    expect(await limits(false, [0.5, 0.06, 0.04, 0.99])).toEqual([500, 500, all, 500]);
  });

  test('that a message waits for is shorter', async () => {
    expect(await limits(true, [0.5, 0.04])).toEqual([250, 250]);
  });

  test.each([
    [100, 250],
    [350, 525],
    [3000, 2000],
  ])('of what usually takes %i ms has %i ms', async (tookMs, limit) => {
    await lookUp('Ada', { tookMs });
    expect(await limits(true, [0.5])).toEqual([limit]);
  });

  test('that nothing came before for a while is longer', async () => {
    await open();
    clock += 1000 + 12_000;
    now += 13_000;
    expect((await lookUp(hung, { isAwaited: true, tookMs: 0 })).limit).toBe(1000);
    clock += 2000 + 4000;
    now += 6000;
    expect((await lookUp(hung)).limit).toBe(1000);
  });

  test('comes after the pause by the clock as well: an instance may be frozen meanwhile', async () => {
    await open();
    clock += 1100;
    expect((await lookUp('Ada')).outcome).toBe('Ada');
  });
});

test('after a look-up that is not answered, one that usually is slow still has its time', async () => {
  await lookUp('Ada', { tookMs: 1200 });
  await lookUp(hung);
  expect(await lookUp('Ben', { tookMs: 1200 })).toEqual({ outcome: 'Ben', limit: 1800 });
});

test('what is answered badly is asked a second time, even if one silence is enough', async () => {
  const failing = () =>
    breakCircuit(
      source,
      false,
      async () => {
        now += 1000;
        throw busy;
      },
      1,
    ).catch(() => undefined);
  await failing();
  expect((await lookUp('Ada')).outcome).toBe('Ada');
  await failing();
  await failing();
  expect((await lookUp('Ada')).outcome).toBe(NOT_ASKED);
});

test('an answer that a source itself did not wait for counts as none', async () => {
  const timeout = Object.assign(new Error('aborted'), { name: 'TimeoutError', code: 23 });
  await lookUp(timeout);
  await lookUp(timeout);
  expect((await lookUp('Ada')).outcome).toBe(NOT_ASKED);
});

test('what the CRM refuses for longer than an event can wait is not tried before, even if others were answered', async () => {
  await breakCircuit(source, false, async () => {
    await lookUp('Ada', { tookMs: 10 });
    throw refusing;
  }).catch(() => undefined);
  now += 19_900;
  expect((await lookUp('Ada')).outcome).toBe(NOT_ASKED);
  now += 200;
  expect((await lookUp('Ada')).outcome).toBe('Ada');
});

test('a CRM that refuses for a day is asked again after 30 s', async () => {
  await lookUp(Object.assign(new Error('answered 429'), { isBusy: true, retryAfterMs: 86_400_000 }));
  now += 29_900;
  expect((await lookUp('Ada')).outcome).toBe(NOT_ASKED);
  now += 200;
  expect((await lookUp('Ada')).outcome).toBe('Ada');
});

test('an answer to what was asked before says nothing about now', async () => {
  await breakCircuit(source, false, async () => open());
  expect((await lookUp('Ada')).outcome).toBe(NOT_ASKED);
});

test('sources fail on their own', async () => {
  await open();
  source = 'another';
  expect((await lookUp('Ada')).outcome).toBe('Ada');
});

test('what is asked already is not asked twice, and afterwards it is asked anew', async () => {
  const ask = jest.fn(async () => 'Ada');
  expect(await Promise.all([askOnce('a', ask), askOnce('a', ask), askOnce('b', ask)])).toEqual([
    'Ada',
    'Ada',
    'Ada',
  ]);
  expect(ask).toHaveBeenCalledTimes(2);
  await askOnce('a', ask);
  expect(ask).toHaveBeenCalledTimes(3);
});

test('a failure is shared, and not kept', async () => {
  const ask = jest.fn(async (): Promise<string> => Promise.reject(hung));
  const asked = [askOnce('a', ask), askOnce('a', ask)];
  for (const one of asked) await expect(one).rejects.toBe(hung);
  expect(await askOnce('a', async () => 'Ada')).toBe('Ada');
});
