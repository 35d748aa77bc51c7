import { highestRate } from '../../../../tools/measure/load/highest-rate';

/** Searches what carries so many a second. @returns what was found, and the rates that were tried */
async function search(capacity: number, guess: number) {
  const tried: number[] = [];
  const found = await highestRate(
    async (rate) => {
      tried.push(rate);
      return rate <= capacity;
    },
    guess,
    100,
  );
  return { ...found, tried };
}

test.each([
  [5, 5],
  [5, 40],
  [7, 1],
  [30, 30],
  [33, 30],
  [60, 10],
  [99, 100],
])('what carries %i a second is found from %i', async (capacity, guess) => {
  const { perSecond, isAtLeast, tried } = await search(capacity, guess);
  expect(perSecond).toBeLessThanOrEqual(capacity);
  expect(perSecond).toBeGreaterThanOrEqual(Math.floor(capacity / 1.15));
  expect(isAtLeast).toBe(false);
  expect(tried.length).toBeLessThan(9);
  expect(new Set(tried).size).toBe(tried.length);
});

test('what carries the most that is tried carries at least that', async () => {
  expect(await search(1000, 100)).toEqual({ perSecond: 100, isAtLeast: true, tried: [100] });
});

test('what carries not even one a second carries none', async () => {
  expect(await search(0, 20)).toMatchObject({ perSecond: 0, isAtLeast: false });
});
