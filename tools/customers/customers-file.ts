import { existsSync, readFileSync } from 'node:fs';
import type { Checked } from './compile-customers';

/** Where the customers stand. */
export const CUSTOMERS = 'assets/customers.private.json';

/** Reads the customers, and prints what is wrong with them. Where they cannot be used, the process ends with 1. */
export function checkCustomers<T extends Checked>(check: (source: string, defaultCountry?: string) => T): T {
  if (!existsSync(CUSTOMERS))
    fail(['is missing: write [] into it, or set CRM_SOURCE where customers are elsewhere']);
  const checked = check(readFileSync(CUSTOMERS, 'utf8'), process.env.CRM_DEFAULT_COUNTRY);
  for (const warning of checked.warnings) console.warn(`${CUSTOMERS}: warning: ${warning}`);
  if (checked.problems.length > 0) fail(checked.problems);
  return checked;
}

function fail(problems: string[]): never {
  for (const problem of problems) console.error(`${CUSTOMERS}: ${problem}`);
  process.exit(1);
}
