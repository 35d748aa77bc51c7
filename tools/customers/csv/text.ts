import { createReadStream } from 'node:fs';
import type { CountryCode } from 'libphonenumber-js';

/**
 * The code pages in which Excel saves "CSV", by the countries where Windows is set to one that is not Windows-1252; in the
 * names of https://encoding.spec.whatwg.org/#names-and-labels. The pages are those of
 * https://learn.microsoft.com/en-us/windows/win32/intl/code-page-identifiers.
 */
const CODE_PAGES: Record<string, string> = {
  'windows-1250': 'AL BA CZ HR HU ME PL RO RS SI SK',
  'windows-1251': 'BG BY KG KZ MK MN RU TJ UA',
  'windows-1253': 'CY GR',
  'windows-1254': 'AZ TR UZ',
  'windows-1255': 'IL',
  'windows-1256': 'AE BH DZ EG IQ JO KW LB LY MA OM PK QA SA SY TN YE',
  'windows-1257': 'EE LT LV',
  'windows-1258': 'VN',
  'windows-874': 'TH',
  shift_jis: 'JP',
  gbk: 'CN SG',
  'euc-kr': 'KR',
  big5: 'HK MO TW',
};

/** How the characters of a file are written. */
export interface Encoding {
  /** As TextDecoder calls it. */
  name: string;
  /** Why some characters may be read as others. */
  doubt?: string;
}

/**
 * UTF-16 says so by its first bytes; UTF-8 may say so, and not be it. What is neither is in the code page of Excel; but for a
 * few odd bytes among characters of UTF-8, which would all be spoilt by that: they come of a row that was pasted from elsewhere.
 *
 * @param country where the file is likely to be from
 */
export async function encodingOf(file: string, country?: CountryCode): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8');
  const strict = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  let isUtf8 = true;
  let odd = 0;
  let others = 0;
  const count = (chunk?: Buffer) => {
    const stream = chunk !== undefined;
    for (const character of decoder.decode(chunk, { stream }).match(/[^\0-\x7F]/gu) ?? []) {
      if (character === '\uFFFD') odd++;
      else others++;
    }
    try {
      if (isUtf8) strict.decode(chunk, { stream });
    } catch {
      isUtf8 = false;
    }
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    if (isFirst && chunk[0] === 0xff && chunk[1] === 0xfe) return { name: 'utf-16le' };
    if (isFirst && chunk[0] === 0xfe && chunk[1] === 0xff) return { name: 'utf-16be' };
    isFirst = false;
    count(chunk);
  }
  count();
  if (odd === 0) return { name: 'utf-8' };
  // In valid UTF-8, the odd characters were lost before it was written.
  if (isUtf8 || odd <= others) {
    return { name: 'utf-8', doubt: 'UTF-8, but for some characters, which cannot be read' };
  }
  const codePage = Object.keys(CODE_PAGES).find((name) => country && CODE_PAGES[name]?.includes(country));
  if (codePage || country) return { name: codePage ?? 'windows-1252' };
  const doubt = 'not UTF-8, and read as one of Western Europe, since CRM_DEFAULT_COUNTRY is not set';
  return { name: 'windows-1252', doubt };
}

/** The text of a file, in pieces. */
export async function* textOf(file: string, { name }: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(name);
  let isFirst = true;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    // The byte order mark of UTF-8 may stand before what is in a code page.
    const bytes = isFirst && chunk.indexOf('\uFEFF') === 0 ? chunk.subarray(3) : chunk;
    isFirst = false;
    // As a stream also because Node otherwise reads Windows-1252 as Latin-1: https://github.com/nodejs/node/issues/56542
    const text = decoder.decode(bytes, { stream: true });
    if (text) yield text;
  }
  // What is cut off within a character is one that cannot be read.
  const rest = decoder.decode();
  if (rest) yield rest;
}
