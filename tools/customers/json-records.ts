import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';

/** Customers as a file has them, not validated yet. */
export interface Records {
  /** Each record, and where it is, in words that lead to it: `record 3`. */
  records: { at: string; record: unknown }[];
  /** What makes the file unreadable. */
  problems: string[];
}

/** Reads a JSON array of customers. */
export function readJsonRecords(text: string): Records {
  const json = text.replace(/^\uFEFF/, '');
  try {
    const parsed: unknown = JSON.parse(json);
    if (Array.isArray(parsed)) {
      return { records: parsed.map((record, i) => ({ at: `record ${i + 1}`, record })), problems: [] };
    }
    return {
      records: [],
      problems: ['is not an array: put the customers between [ and ], separated by commas'],
    };
  } catch {
    return { records: [], problems: [`is not valid JSON${firstErrorIn(json)}`] };
  }
}

/** `: CommaExpected at line 2, column 25`. JSON.parse names no line. */
function firstErrorIn(json: string): string {
  const errors: ParseError[] = [];
  parse(json, errors, { disallowComments: true });
  const [first] = errors;
  if (!first) return '';
  const before = json.slice(0, first.offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `: ${printParseErrorCode(first.error)} at line ${before.length}, column ${column}`;
}
