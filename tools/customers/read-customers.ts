import { open, readFile } from 'node:fs/promises';
import { Problem } from '../problem';
import { readCsvCustomers } from './csv/csv-customers';
import type { CsvSettings } from './csv/named-columns';
import { type AddressedCustomer, type AmbiguousAddress, CustomerList } from './customer-list';
import { readDefaultCountry } from './default-country';
import { kindOf } from './file-kind';
import { Findings, readMaxUnusable } from './findings';
import { readJsonCustomers } from './json-customers';

/** The variables of `.env` that say how customers are read. */
export interface ReadingSettings extends CsvSettings {
  CRM_DEFAULT_COUNTRY?: string;
  CUSTOMERS_MAX_UNUSABLE?: string;
}

/** The customers of a file, at the addresses that can be used. */
export interface ReadCustomers {
  /** One for each address, sorted by address. */
  customers: AddressedCustomer[];
  /** The addresses that several customers have, sorted. */
  ambiguous: AmbiguousAddress[];
  /** How many of the listed customers are not linked, or without a name that might be wrong. */
  unusable: number;
  /** What is left out or to look at: a line for each reason, with the first places. No name and no address is in it. */
  warnings: string[];
  /** The same in a line of counts, if there is anything. */
  brief: string[];
  /** The same with all places. */
  report: string[];
}

/** Too many customers cannot be used. */
export class UnusableCustomers extends Problem {
  override name = 'UnusableCustomers';

  /** @param report each reason, with all places */
  constructor(
    message: string,
    readonly report: string[],
  ) {
    super(message);
  }
}

/** Enough to tell what a file is. */
const HEAD_BYTES = 512;

/**
 * Reads the customers of a JSON text.
 *
 * @throws Problem if it cannot be read, UnusableCustomers if too many customers cannot be used
 */
export function readCustomers(json: string, settings: ReadingSettings = {}): ReadCustomers {
  const reading = startReading(settings);
  readJsonCustomers(json, reading.list, reading.findings);
  return endReading(reading);
}

/**
 * Reads the customers of a file, in JSON or CSV.
 *
 * @throws Problem if it cannot be read, UnusableCustomers if too many customers cannot be used, an error of the system if
 * it cannot be opened
 */
export async function readCustomersFile(
  file: string,
  settings: ReadingSettings = {},
): Promise<ReadCustomers> {
  const reading = startReading(settings);
  const { list, findings } = reading;
  if (kindOf(await headOf(file), file) === 'csv') {
    await readCsvCustomers(file, list, findings, settings, reading.country);
  } else readJsonCustomers(await readFile(file, 'utf8'), list, findings);
  return endReading(reading);
}

/** Checks the settings alone. @throws Problem if one is malformed */
export function checkReadingSettings(settings: ReadingSettings) {
  startReading(settings);
}

function startReading(settings: ReadingSettings) {
  const country = readDefaultCountry(settings);
  const findings = new Findings();
  return {
    country,
    findings,
    list: new CustomerList(findings, country),
    maxUnusable: readMaxUnusable(settings.CUSTOMERS_MAX_UNUSABLE),
  };
}

function endReading({ list, findings, maxUnusable }: ReturnType<typeof startReading>): ReadCustomers {
  const read = list.sorted();
  const { listed, unusable, numbers, withoutCountry } = list.counts();
  if (listed === 0)
    findings.add('files to look at', 'nobody is listed, so that nobody is linked', 'no record');
  const warnings = findings.summary();
  const report = findings.whole();
  // What else cannot be used is seen when these can be read.
  if (withoutCountry * 100 > numbers * maxUnusable) {
    const count = `${withoutCountry.toLocaleString('en')} of ${numbers.toLocaleString('en')} phone numbers have no country code`;
    const remedy =
      'so that nobody is found by them: set CRM_DEFAULT_COUNTRY in .env to their country, such as US or DE';
    throw new UnusableCustomers([`${count}, ${remedy}`, ...warnings].join('\n'), report);
  }
  if (unusable * 100 > listed * maxUnusable) {
    const count = `${unusable.toLocaleString('en')} of ${listed.toLocaleString('en')} customers cannot be used`;
    const enough = Math.ceil((unusable / listed) * 100);
    const others = enough < 100 ? `, or set CUSTOMERS_MAX_UNUSABLE=${enough}% in .env to use the others` : '';
    const remedy = `more than ${maxUnusable}%: fix what is named here${others}`;
    throw new UnusableCustomers([`${count}, ${remedy}`, ...warnings].join('\n'), report);
  }
  const totals = findings.totals();
  return {
    ...read,
    unusable,
    warnings,
    brief: totals ? [`${totals}; npm run build says where`] : [],
    report,
  };
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
