import { progressLine } from '../../../tools/commands/relink/show-progress';
import { startTally } from '../../../tools/commands/relink/tally';

const progressOf = (counts: object, elapsedMs: number) =>
  progressLine({
    counts: { ...startTally().counts, ...counts },
    state: 'inactive',
    day: '2026-10-03',
    atATime: 10,
    elapsedMs,
  });

test('says what is done, how fast, for how long, and what day it has come to', () => {
  const counts = { conversations: 12_345, linked: 8_012, named: 8_001, unknown: 345, failed: 2 };
  expect(progressOf(counts, 252_000)).toBe(
    '12,345 done: 8,012 linked, 8,001 named, 345 unknown, 2 failed · ' +
      '49 a second, 4 min 12 s, at 2026-10-03 (inactive), 10 calls at a time',
  );
});

test.each([
  [0, '0.0 a second, 0 s,'],
  [59_999, '0.1 a second, 59 s,'],
  [3_720_000, 'a second, 1 h 2 min,'],
])('after %d ms: %s', (elapsedMs, expected) => {
  expect(progressOf({ conversations: elapsedMs > 0 ? 5 : 0 }, elapsedMs)).toContain(expected);
});
