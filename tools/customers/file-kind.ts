import { Problem } from '../problem';

const AS_CSV = 'open it in a spreadsheet, and save it as "CSV UTF-8"';

/**
 * Tells by its beginning what is in a file.
 *
 * @param head its first bytes, a few hundred of them
 * @throws Problem if it is neither JSON nor CSV, with what it looks like and what to do
 */
export function kindOf(head: Buffer, file: string): 'json' | 'csv' {
  const text = head
    .toString('latin1')
    .replace(/^\u00EF\u00BB\u00BF/, '')
    .trimStart();
  const looksLike = (what: string, remedy: string) => new Problem(`looks like ${what}: ${remedy}`);
  if (head.every((byte) => byte <= 0x20))
    throw new Problem('is empty: was the download interrupted? Export it again');
  // Text in UTF-16 is read if it begins with a byte order mark; in Latin script, every other of its bytes is 0.
  const isMarked = text.startsWith('\xFF\xFE') || text.startsWith('\xFE\xFF');
  const zeros = head.filter((byte) => byte === 0).length;
  if (!isMarked && zeros > head.length / 3) {
    throw looksLike('UTF-16 without a byte order mark, or a file of a program', AS_CSV);
  }
  // https://en.wikipedia.org/wiki/List_of_file_signatures
  if (text.startsWith('PK\x03\x04')) {
    throw looksLike(
      'an Excel workbook (.xlsx) or a ZIP file, whatever its name',
      `${AS_CSV}. Unpack a ZIP file`,
    );
  }
  if (text.startsWith('\xD0\xCF\x11\xE0')) throw looksLike('an old Excel workbook', AS_CSV);
  if (text.startsWith('\x1F\x8B')) throw looksLike('a gzip file', 'unpack it');
  if (text.startsWith('%PDF')) throw looksLike('a PDF', 'export customers as CSV');
  if (/^<(!doctype html|html)/i.test(text)) {
    throw looksLike(
      'a web page',
      'was the download that of a page to log in? Export customers as CSV. If it shows a table of them, open it in Excel, and save it as "CSV UTF-8"',
    );
  }
  if (text.startsWith('<'))
    throw looksLike('XML', 'export customers as CSV, or open it in Excel and save it as CSV');
  if (/^BEGIN:VCARD/i.test(text)) throw looksLike('vCards', 'export contacts as CSV');
  if (/\.json$/i.test(file)) return 'json';
  // `[ID],[Name]` are headers of some databases.
  return /^(\{|\[(?!\w+\]))/.test(text) ? 'json' : 'csv';
}
