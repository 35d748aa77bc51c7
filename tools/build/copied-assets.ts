import { readdirSync } from 'node:fs';
import { basename, extname, join, normalize, relative } from 'node:path';
import { getPathAndAccessFromFileInfo } from '@twilio-labs/serverless-api/dist/utils/fs';
import { SAMPLE_CUSTOMERS } from '../customers/customers-file';
import { Problem } from '../problem';

/** What may become public: pages, styles, scripts, pictures, fonts. */
const PUBLIC_KINDS = [
  ...['.html', '.css', '.js', '.mjs'],
  ...['.png', '.jpg', '.jpeg', '.gif', '.svg', '.webp', '.avif', '.ico'],
  ...['.woff', '.woff2', '.ttf', '.otf'],
];
/** What systems and editors leave behind. */
const HIDDEN = /^(\.|Thumbs\.db$|desktop\.ini$)/i;

/**
 * The files of a folder of Assets that are copied as they are: what is meant to be public, by kind, and what is private or
 * protected. TypeScript and the customers are compiled. Hidden files are left out.
 *
 * @throws Problem that names each other file: everything that is copied and not private has a URL, without a password; and
 * each that Twilio does not take
 */
export function copiedAssets(folder: string): string[] {
  const files = filesIn(folder).filter(
    (path) => path !== normalize(SAMPLE_CUSTOMERS) && !(path.endsWith('.ts') && isRestricted(path)),
  );
  const problems = files.flatMap(
    (path) => (isRestricted(path) ? undefined : unmeant(path, folder)) ?? refusedName(path, folder) ?? [],
  );
  if (problems.length > 0) throw new Problem(problems.join('\n'));
  return files;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (HIDDEN.test(entry.name)) return [];
    const path = join(folder, entry.name);
    // What it leads to may be anything, a folder of customers as well.
    if (entry.isSymbolicLink()) {
      throw new Problem(
        `${path}: is a symbolic link: put the file itself there, or move the link out of assets/`,
      );
    }
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** Whether Twilio gives it no URL: https://www.twilio.com/docs/labs/serverless-toolkit/general-usage */
function isRestricted(path: string): boolean {
  return /\.(private|protected)\.\w+$/.test(basename(path));
}

/** Twilio knows these words in this case and at this place alone; whoever wrote them elsewhere meant the same. */
function isCalledPrivate(path: string): boolean {
  return /\.(private|protected)/i.test(path);
}

function isPublic(path: string): boolean {
  return PUBLIC_KINDS.includes(extname(path).toLowerCase());
}

/** Why a file is not meant to be public, and what to do about it. */
function unmeant(path: string, folder: string): string | undefined {
  const extension = extname(path);
  const name = basename(path, extension);
  const danger = `${path}: would be public, for anyone to fetch`;
  if (!isPublic(path)) {
    const remedy = isCalledPrivate(path)
      ? 'move it out of assets/'
      : `move it out of assets/, or rename it to ${name}.private${extension} if the Functions read it`;
    return `${danger}, and is not a page, style, script, picture or font: ${remedy}`;
  }
  if (isCalledPrivate(path)) {
    return `${danger}, though its name says otherwise: move it out of assets/, or end the name in .private${extension}`;
  }
  if (/^crm\//i.test(relative(folder, path).replaceAll('\\', '/'))) {
    return `${danger}, and is in assets/crm/, where CRM sources are: rename it to ${name}.private.ts if it is one, or move it out of assets/crm/`;
  }
  if (/^customers/i.test(name)) {
    return `${danger}, and is called customers: move it out of assets/, or give it another name if anyone may read it`;
  }
  return undefined;
}

/** What Twilio's tools say of a name that they do not take, in a deploy or on this machine. */
function refusedName(path: string, folder: string): string | undefined {
  try {
    getPathAndAccessFromFileInfo({ name: relative(folder, path), path });
    return undefined;
  } catch (error) {
    return `${path}: rename it, since Twilio does not take it: ${(error as Error).message}`;
  }
}
