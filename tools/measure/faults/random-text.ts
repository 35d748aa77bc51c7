import fc from 'fast-check';

/** Any character of Unicode. fast-check's own `unit: 'binary'` is the same, after it has listed them all for a second. */
const character = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));

/** Text that nobody would think of. */
export const randomText = (maxLength: number) => fc.string({ unit: character, maxLength });
