/**
 * `npm run faults`: breaks everything that can break, one thing after the other, sends both webhooks over real sockets,
 * and counts what was answered as promised, in docs/measurements.md. `--short` is quicker, and leaves that page alone.
 */
import { parseArgs } from 'node:util';
import { writeTable } from '../measurements';
import { breakCrms } from './break-crms';
import { breakDeployment } from './break-deployment';
import { breakTwilio } from './break-twilio';
import { BURST_HEADER, measureBursts } from './burst';
import { healAndKeep } from './heal-and-keep';
import type { WebhookResult } from './promises';
import { sendEvents } from './random-events';

const { values: flags } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const EVENTS = flags.short ? 500 : 10_000;
/** A CRM that hangs is waited for as long as Twilio allows, unless time is short. */
const CRM_VARIABLES: Record<string, string> = flags.short ? { CRM_TIMEOUT_MS: '1000' } : {};

const results: WebhookResult[] = [];
function report(result: WebhookResult) {
  results.push(result);
  const { part, fault, problem } = result;
  if (problem) console.error(`${part}, ${fault}: ${problem}`);
}

async function run() {
  await breakCrms(report, CRM_VARIABLES);
  await healAndKeep(report);
  await breakTwilio(report);
  await breakDeployment(report);
  await sendEvents(report, EVENTS);
  writeTable('burst', BURST_HEADER, await measureBursts(report, flags.short), flags.short);

  const rows = [...new Set(results.map(({ part }) => part))].map((part) =>
    rowOf(
      part,
      results.filter((result) => result.part === part),
    ),
  );
  rows.push(rowOf('**all**', results));
  const header = ['what is broken', 'webhooks', 'answered as promised', 'lost', 'slowest answer'];
  writeTable('faults', header, rows, flags.short);
  process.exit(results.some(({ problem }) => problem) ? 1 : 0);
}

function rowOf(part: string, results: WebhookResult[]): string[] {
  const count = (of: WebhookResult[]) => of.length.toLocaleString('en');
  const slowest = Math.max(...results.map(({ ms }) => ms));
  return [
    part,
    count(results),
    count(results.filter(({ problem }) => !problem)),
    count(results.filter(({ isLost }) => isLost)),
    `${(slowest / 1000).toFixed(1)} s`,
  ];
}

run();
