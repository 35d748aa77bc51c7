import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };
/** Any character of Unicode. fast-check's own `unit: 'binary'` is the same, after it has listed them all for a second. */
const character = fc
  .integer({ min: 0, max: 0x10ffff - SURROGATES.count })
  .map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count));

/** Text that nobody would think of. */
export const randomText = (maxLength: number) => fc.string({ unit: character, maxLength });
