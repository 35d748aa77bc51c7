/** What 30 places carry: how many conversations a second, and what becomes of them while something hangs. */
import { availableParallelism, loadavg } from 'node:os';
import PQueue from 'p-queue';
import { makeTemporaryFolder } from '../../runtime/temporary-folder';
import { writeTable } from '../measurements';
import { writeCustomers } from './customers';
import type { Bench } from './load-bench';
import { measureNumbers } from './load-numbers';
import { measureOutages } from './load-outage';
import { measureRates } from './load-rates';
import { drawRates } from './plot-rates';

/** How many measurements run side by side that ask little of the machine: with more, they would wait for its cores. */
const SIDE_BY_SIDE = 5;
const CUSTOMERS = 10_000;

/** Measures, and writes the tables and the plot. */
export async function benchLoad(isShort: boolean) {
  const [atWork = 0] = loadavg();
  if (atWork > availableParallelism()) {
    console.warn(
      'This machine is busy with something else: the tables will show that, and not what 30 places carry.\n',
    );
  }
  const folder = makeTemporaryFolder('frontline-bench-load');
  const lightOnes = new PQueue({ concurrency: SIDE_BY_SIDE });
  const loneOnes = new PQueue({ concurrency: 1 });
  // First what runs side by side, then what runs alone.
  loneOnes.pause();
  const bench: Bench = {
    customers: writeCustomers(folder, CUSTOMERS),
    isShort,
    note: (line) => console.warn(line),
    light: (measure) => lightOnes.add(measure),
    alone: (measure) => loneOnes.add(measure),
  };
  const parts = [measureOutages(bench), measureNumbers(bench), measureRates(bench)] as const;
  const all = Promise.all(parts);
  await lightOnes.onIdle();
  loneOnes.start();
  const [outages, numbers, rates] = await all;

  if (!isShort) {
    writeTable('rates', rates.header, rates.rows, isShort);
    drawRates('docs/load.svg', rates.cells);
  }
  for (const { name, header, rows } of numbers) writeTable(name, header, rows, isShort);
  writeTable('outage', outages.header, outages.rows, isShort);
}
