import { createReadStream } from 'node:fs';

/** How the characters of a file are written. */
export interface Encoding {
  name: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Whether it is that with exceptions, which become U+FFFD: a row was pasted from elsewhere. */
  isMixed?: boolean;
}

/**
 * UTF-16 says so by its first bytes. What is not UTF-8 is Windows-1252, in which Excel saves where Windows is in English or
 * another language of Western Europe; but for a few odd bytes among characters of UTF-8, which would all be spoilt by that.
 */
export async function encodingOf(file: string): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8');
  let isFirst = true;
  let odd = 0;
  let others = 0;
  const count = (text: string) => {
    for (const character of text.match(/[^\0-\x7F]/gu) ?? []) {
      if (character === '\uFFFD') odd++;
      else others++;
    }
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    if (isFirst && chunk[0] === 0xff && chunk[1] === 0xfe) return { name: 'utf-16le' };
    if (isFirst && chunk[0] === 0xfe && chunk[1] === 0xff) return { name: 'utf-16be' };
    isFirst = false;
    count(decoder.decode(chunk, { stream: true }));
  }
  count(decoder.decode());
  if (odd > others) return { name: 'windows-1252' };
  return { name: 'utf-8', isMixed: odd > 0 };
}

/** The text of a file, in pieces. */
export async function* textOf(file: string, { name }: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(name);
  for await (const chunk of createReadStream(file)) {
    // As a stream also because Node otherwise reads Windows-1252 as Latin-1: https://github.com/nodejs/node/issues/56542
    const text = decoder.decode(chunk as Buffer, { stream: true });
    if (text) yield text;
  }
}
