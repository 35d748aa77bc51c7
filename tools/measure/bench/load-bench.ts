import type { CustomerFiles } from './customers';

/** What each part measures with. */
export interface Bench {
  customers: CustomerFiles;
  isShort: boolean;
  /** Says how far it is. */
  note(line: string): void;
  /** Runs what asks little of the machine, beside others. */
  light<T>(measure: () => Promise<T>): Promise<T>;
  /** Runs what needs the machine for itself. */
  alone<T>(measure: () => Promise<T>): Promise<T>;
}
