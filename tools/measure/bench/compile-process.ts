/** Compiles a file of customers in a process of its own, as benchCompile says, and reports what that took. */
import { compile } from '../../customers/compile-customers';
import { readCustomersFile } from '../../customers/read-customers';
import type { CompileResult } from './bench-compile';

async function report(file: string) {
  const before = process.cpuUsage();
  const { customers } = compile(await readCustomersFile(file, { CRM_DEFAULT_COUNTRY: 'US' }));
  const { user, system } = process.cpuUsage(before);
  const result: CompileResult = {
    addresses: customers.length,
    cpuSeconds: (user + system) / 1e6,
    // https://nodejs.org/api/process.html#processresourceusage: in kilobytes
    rss: process.resourceUsage().maxRSS * 1024,
  };
  process.send?.(result, () => process.exit());
}

void report(process.argv[2] ?? '');
