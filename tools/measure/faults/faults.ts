/**
 * `npm run faults`: breaks everything that can break, one thing after the other, sends both webhooks over real sockets,
 * and counts what was answered as the README promises. `--short` is quicker, and leaves the README alone.
 */
import { parseArgs } from 'node:util';
import { writeTable } from '../readme';
import { breakCrms } from './break-crms';
import { breakRuntime } from './break-deployment';
import { breakTwilio } from './break-twilio';
import type { Trial } from './promises';
import { sendEvents } from './random-events';

const { values: flags } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const EVENTS = flags.short ? 500 : 10_000;
/** A CRM that hangs is waited for as long as Twilio allows, unless time is short. */
const CRM_VARIABLES: Record<string, string> = flags.short ? { CRM_TIMEOUT_MS: '1000' } : {};

const trials: Trial[] = [];
function report(trial: Trial) {
  trials.push(trial);
  const { place, fault, problem } = trial;
  if (problem) console.error(`${place}, ${fault}: ${problem}`);
}

async function run() {
  await breakCrms(report, CRM_VARIABLES);
  await breakTwilio(report);
  await breakRuntime(report);
  await sendEvents(report, EVENTS);

  const rows = [...new Set(trials.map(({ place }) => place))].map((place) =>
    rowOf(
      place,
      trials.filter((trial) => trial.place === place),
    ),
  );
  rows.push(rowOf('**all**', trials));
  const header = ['what is broken', 'webhooks', 'answered as promised', 'lost', 'slowest answer'];
  writeTable('faults', header, rows, flags.short);
  process.exit(trials.some(({ problem }) => problem) ? 1 : 0);
}

function rowOf(place: string, trials: Trial[]): string[] {
  const count = (of: Trial[]) => of.length.toLocaleString('en');
  const slowest = Math.max(...trials.map(({ ms }) => ms));
  return [
    place,
    count(trials),
    count(trials.filter(({ problem }) => !problem)),
    count(trials.filter(({ isLost }) => isLost)),
    `${(slowest / 1000).toFixed(1)} s`,
  ];
}

run();
