import { existsSync, readFileSync } from 'node:fs';
import { Problem } from '../problem';
import type { Checked } from './read-customers';

/** The customers of whoever uses the project, at its top; git ignores the file. */
export const OWN_CUSTOMERS = 'customers.json';
/** The customers that the project comes with. */
export const SAMPLE_CUSTOMERS = 'assets/customers.private.json';

/** The variables of `.env` that say where customers are, and how they are read. */
export interface CustomersSettings {
  CUSTOMERS_FILE?: string;
  CRM_DEFAULT_COUNTRY?: string;
}

/** The file that the customers are read from: that of CUSTOMERS_FILE, else one's own, else the samples. */
export function customersFile({ CUSTOMERS_FILE }: CustomersSettings): string {
  return CUSTOMERS_FILE?.trim() || (existsSync(OWN_CUSTOMERS) ? OWN_CUSTOMERS : SAMPLE_CUSTOMERS);
}

/**
 * Reads the file of customers.
 *
 * @param check validates its text: `readCustomers` or `compileCustomers`
 * @returns what the check returns, with each warning led by the file's name
 * @throws Problem if there is no such file, or customers in it cannot be used; with a line for each reason
 */
export function loadCustomers<T extends Checked>(
  settings: CustomersSettings,
  check: (source: string, defaultCountry?: string) => T,
): T & { file: string } {
  const file = customersFile(settings);
  const checked = check(readText(file), settings.CRM_DEFAULT_COUNTRY);
  if (checked.problems.length > 0) throw problemWith(file, checked.problems);
  return { ...checked, file, warnings: checked.warnings.map((warning) => `${file}: warning: ${warning}`) };
}

function problemWith(file: string, reasons: string[]): Problem {
  return new Problem(reasons.map((reason) => `${file}: ${reason}`).join('\n'));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw problemWith(file, [`cannot be read: ${code}`]);
    throw problemWith(file, [
      file === SAMPLE_CUSTOMERS
        ? `is missing: write your customers into ${OWN_CUSTOMERS}, or set CRM_SOURCE in .env if they are in a CRM`
        : 'is missing: CUSTOMERS_FILE in .env names it, give the path of a file that exists',
    ]);
  }
}
