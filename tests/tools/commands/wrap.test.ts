import { fitTo, fitUsage, widthOf } from '../../../tools/commands/wrap';

const USAGE = `npm run relink -- [--since DAY] [--service ISXXXX]
                  [--dry-run] [--json]

Names and links the conversations that are there
already.

  --since DAY  those that were created from a day on,
               in UTC
  --json       prints JSON

Switches:
  api-429      Twilio’s API answers 429`;

test.each([
  [{ isTTY: true, columns: 120 }, 120],
  [{ isTTY: true, columns: 0 }, 80],
  [{ isTTY: true }, 80],
  [{}, Number.POSITIVE_INFINITY],
])('lines to %j may have %p characters', (stream, width) => {
  expect(widthOf(stream)).toBe(width);
});

test('a usage is shown as it is written where it fits', () => {
  expect(fitUsage(53, USAGE)).toBe(USAGE);
});

test('in a narrow terminal, each explanation stays in its column, and what is in brackets in one line', () => {
  expect(fitUsage(40, USAGE)).toBe(`npm run relink -- [--since DAY]
                  [--service ISXXXX]
                  [--dry-run] [--json]

Names and links the conversations that
are there already.

  --since DAY  those that were created
               from a day on, in UTC
  --json       prints JSON

Switches:
  api-429      Twilio’s API answers 429`);
});

test('of other texts, sentences are fitted, and what is laid out stays', () => {
  const row = `  ${'x'.repeat(30)}`;
  expect(fitTo(20, `! a warning of some words\n${row}`)).toBe(`! a warning of some\n  words\n${row}`);
});
