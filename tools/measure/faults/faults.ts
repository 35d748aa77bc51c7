import { readFlagsOrExit } from '../../read-flags';
import { count } from '../bench/statistics';
import { buildOrExit } from '../build-or-exit';
import { writeTable } from '../measurements';
import { breakCrms } from './break-crms';
import { breakDeployment } from './break-deployment';
import {
  breakCrmUnderRelink,
  breakTwilioUnderRelink,
  CALLS_TO_TWILIO,
  CRM_FAULT_NAMES,
} from './break-relink';
import { breakTwilio } from './break-twilio';
import { BURST_HEADER, measureBursts } from './burst';
import { healAndKeep } from './heal-and-keep';
import { killRelink } from './kill-relink';
import type { RelinkOutcome } from './old-conversations';
import type { WebhookResult } from './promises';
import { sendEvents } from './random-events';

const USAGE = `npm run faults [-- --short] [--relink]

Breaks everything that can break, one thing after the other, sends both webhooks over real sockets, or relinks, and counts
what was as promised, in docs/measurements.md.

  --short   is quicker, and leaves that page alone
  --relink  does what concerns npm run relink alone
  --help    shows this`;

const flags = readFlagsOrExit(USAGE, ['short', 'relink']);
const EVENTS = flags.short ? 500 : 10_000;
/** How often a run of relink is killed, and with how many conversations. */
const [KILLS, KILLED_CONVERSATIONS] = flags.short ? [3, 60] : [20, 400];
/** A CRM that hangs is waited for as long as Twilio allows, unless time is short. */
const CRM_VARIABLES: Record<string, string> = flags.short ? { CRM_TIMEOUT_MS: '1000' } : {};

const results: WebhookResult[] = [];
const relinkResults: RelinkOutcome[] = [];
const report = noteIn(results);
const reportRelink = noteIn(relinkResults);

function noteIn<R extends WebhookResult | RelinkOutcome>(all: R[]) {
  return (result: R) => {
    all.push(result);
    const { part, fault, problem } = result;
    if (problem) console.error(`${part}, ${fault}: ${problem}`);
  };
}

async function run() {
  await buildOrExit();
  if (!flags.relink) await breakFunctions();
  await breakRelink();
  process.exit([...results, ...relinkResults].some(({ problem }) => problem) ? 1 : 0);
}

async function breakFunctions() {
  await breakCrms(report, CRM_VARIABLES);
  await healAndKeep(report);
  await breakTwilio(report);
  await breakDeployment(report);
  await sendEvents(report, EVENTS);
  writeTable('burst', BURST_HEADER, await measureBursts(report, flags.short), flags.short);

  const header = ['what is broken', 'webhooks', 'answered as promised', 'lost', 'slowest answer'];
  writeTable('faults', header, rowsByPart(results, rowOf), flags.short);
}

async function breakRelink() {
  if (flags.short) {
    // Each call in one way, and one of them in all ways.
    await breakTwilioUnderRelink(reportRelink, CALLS_TO_TWILIO.slice(0, -1), ['503 for ever']);
    await breakTwilioUnderRelink(reportRelink, CALLS_TO_TWILIO.slice(-1));
  } else await breakTwilioUnderRelink(reportRelink, CALLS_TO_TWILIO);
  await breakCrmUnderRelink(reportRelink, flags.short ? CRM_FAULT_NAMES.slice(0, 1) : CRM_FAULT_NAMES);
  await killRelink(reportRelink, KILLS, KILLED_CONVERSATIONS);
  const header = ['what is broken', 'faults', 'conversations', 'as promised', 'lost', 'written twice'];
  writeTable('relink-faults', header, rowsByPart(relinkResults, relinkRowOf), flags.short);
}

/** A row for each part, and one for all. */
function rowsByPart<R extends { part: string }>(all: R[], rowOf: (part: string, results: R[]) => string[]) {
  const parts = [...new Set(all.map(({ part }) => part))];
  return [
    ...parts.map((part) =>
      rowOf(
        part,
        all.filter((result) => result.part === part),
      ),
    ),
    rowOf('**all**', all),
  ];
}

function relinkRowOf(part: string, results: RelinkOutcome[]): string[] {
  const sum = (of: (result: RelinkOutcome) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return [
    part,
    ...[
      results.length,
      sum(({ conversations }) => conversations),
      sum(({ conversations, problem }) => (problem ? 0 : conversations)),
      sum(({ lost }) => lost),
      sum(({ writtenTwice }) => writtenTwice),
    ].map(count),
  ];
}

function rowOf(part: string, results: WebhookResult[]): string[] {
  const slowest = Math.max(...results.map(({ ms }) => ms));
  return [
    part,
    count(results.length),
    count(results.filter(({ problem }) => !problem).length),
    count(results.filter(({ isLost }) => isLost).length),
    `${(slowest / 1000).toFixed(1)} s`,
  ];
}

run();
