import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Problem } from '../problem';
import {
  checkReadingSettings,
  type ReadCustomers,
  type ReadingSettings,
  readCustomersFile,
  UnusableCustomers,
} from './read-customers';

/** The customers of whoever uses the project, at its top, in one of these; git ignores them. */
export const OWN_CUSTOMERS = ['customers.json', 'customers.csv', 'customers.xlsx'];
/** Names that were meant to be one of these: Windows hides the last extension, and ignores case; browsers count downloads. */
const MISNAMED = /^customers?( ?\(\d+\))?\.(json|csv|xlsx?|txt|tsv)(\.[a-z]+)?$/i;
/** The customers that the project comes with. */
export const SAMPLE_CUSTOMERS = 'assets/customers.private.json';
/** Where everything that was left out is listed, with all places; git ignores it. */
const REPORT = 'customers-report.txt';

/** The variables of `.env` that say where customers are, and how they are read. */
export interface CustomersSettings extends ReadingSettings {
  CUSTOMERS_FILE?: string;
}

/** The file that the customers are read from: that of CUSTOMERS_FILE, else one's own, else the samples. */
export function customersFile({ CUSTOMERS_FILE }: CustomersSettings): string {
  return CUSTOMERS_FILE?.trim() || (ownFiles()[0] ?? SAMPLE_CUSTOMERS);
}

/**
 * Reads the file of customers, and lists in REPORT what was left out.
 *
 * @param use makes something of the customers; a Problem that it throws is told as one of the file
 * @returns what it made of them, with each warning led by the file's name
 * @throws Problem if a setting is malformed, there is no such file, or the customers in it cannot be used
 */
export async function loadCustomers<T extends ReadCustomers>(
  settings: CustomersSettings,
  use: (read: ReadCustomers) => T,
): Promise<T & { file: string }> {
  checkReadingSettings(settings);
  refuseMisnamed(settings);
  const file = customersFile(settings);
  const lead = (line: string) => `${file}: ${line}`;
  try {
    refuseSeveral(settings);
    const read = use(await readCustomersFile(file, settings));
    return {
      ...read,
      file,
      warnings: [
        ...read.warnings.map((warning) => lead(`warning: ${warning}`)),
        ...writeReport(file, read.report),
      ],
      brief: read.brief.map(lead),
    };
  } catch (error) {
    const lines = reasonOf(error, file).split('\n').map(lead);
    const whole = error instanceof UnusableCustomers ? writeReport(file, error.report) : [];
    throw new Problem([...lines, ...whole].join('\n'));
  }
}

function ownFiles(): string[] {
  return OWN_CUSTOMERS.filter((file) => existsSync(file));
}

/** Without this, customers in `Customers.CSV` would be ignored, and those of the sample deployed. */
function refuseMisnamed({ CUSTOMERS_FILE }: CustomersSettings) {
  if (CUSTOMERS_FILE?.trim() || ownFiles().length > 0) return;
  const misnamed = readdirSync('.').find((name) => MISNAMED.test(name));
  if (!misnamed) return;
  const [, , kind = ''] = MISNAMED.exec(misnamed) ?? [];
  const proper = OWN_CUSTOMERS.find((name) => name.endsWith(`.${kind.toLowerCase()}`)) ?? 'customers.csv';
  throw new Problem(
    `${misnamed}: is not read under that name: call it ${proper}, or set CUSTOMERS_FILE=${misnamed} in .env`,
  );
}

function refuseSeveral({ CUSTOMERS_FILE }: CustomersSettings) {
  const [first, ...others] = CUSTOMERS_FILE?.trim() ? [] : ownFiles();
  if (others.length === 0) return;
  throw new Problem(
    `is there beside ${others.join(' and ')}, and none of them is used: remove all but one, or say which counts, such as CUSTOMERS_FILE=${first} in .env`,
  );
}

/**
 * Writes the report, or removes that of an earlier time, if the file is the same, or is gone.
 *
 * @returns a line that says where it is, if there is one
 */
function writeReport(file: string, report: string[]): string[] {
  const title = `What was left out of ${file}`;
  if (report.length > 0) {
    writeFileSync(REPORT, `${[title, ...report].join('\n\n')}\n`);
    return [`The whole list is in ${REPORT}`];
  }
  const [, before] =
    (existsSync(REPORT) && /^What was left out of (.+)/.exec(readFileSync(REPORT, 'utf8'))) || [];
  if (before && (before === file || !existsSync(before))) rmSync(REPORT);
  return [];
}

function reasonOf(error: unknown, file: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof Problem) return message;
  if (!code) throw error;
  if (code !== 'ENOENT') return `cannot be read: ${code}`;
  return file === SAMPLE_CUSTOMERS
    ? `is missing: write your customers into ${OWN_CUSTOMERS[0]}, or set CRM_SOURCE in .env if they are in a CRM`
    : 'is missing: CUSTOMERS_FILE names it, give the path of a file that exists';
}
