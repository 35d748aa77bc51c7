import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileCustomers } from '../../customers/compile-customers';

/** The files with so many customers: compiled for ours, as they were written for the baseline. */
export interface CustomerFiles {
  compiled: string;
  plain: string;
}

const AREA_CODES = ['212', '303', '312', '404', '415', '503', '602', '617', '702', '713'];

/** The number of a customer. */
export function numberOf(i: number): string {
  return `+1${AREA_CODES[i % AREA_CODES.length]}${2_010_000 + Math.floor(i / AREA_CODES.length)}`;
}

/** Writes that many customers. */
export function writeCustomers(folder: string, count: number): CustomerFiles {
  const customers = Array.from({ length: count }, (_, i) => ({
    customer_id: `C-${i}`,
    display_name: `Customer number ${i}`,
    avatar: `https://example.com/avatars/${i}.png`,
    channels: [
      { type: 'sms', value: numberOf(i) },
      { type: 'whatsapp', value: `whatsapp:${numberOf(i)}` },
    ],
  }));
  mkdirSync(folder, { recursive: true });
  const files = {
    compiled: join(folder, `compiled-${count}.json`),
    plain: join(folder, `plain-${count}.json`),
  };
  const plain = JSON.stringify(customers);
  writeFileSync(files.plain, plain);
  writeFileSync(files.compiled, compileCustomers(plain).json);
  return files;
}
