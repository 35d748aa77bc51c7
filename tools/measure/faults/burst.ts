import { fakeCrm, startFakeCrms } from '../../fakes/fake-crms';
import { limitRate, RATE_LIMITS } from '../../fakes/rate-limit';
import { numberOf } from '../bench/customers';
import { type Outcome, type Send, writeToWorkers } from '../load/write-to-workers';
import { send, type WebhookResult } from './promises';
import { serveFunctions } from './served-functions';

const COUNT = 50;
/** How many retries Twilio is set to make, and over how long the customers write. */
const RETRIES = [0, 3];
const OVER_MS = [0, 10_000];

/** @returns a row for each CRM, for customers who write all at once and over some seconds, and for each retry count */
export async function measureBursts(
  report: (result: WebhookResult) => void,
  isShort: boolean,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [source, limit] of Object.entries(RATE_LIMITS)) {
    for (const overMs of isShort ? OVER_MS.slice(0, 1) : OVER_MS) {
      for (const retries of isShort ? RETRIES.slice(1) : RETRIES) {
        const part = `${COUNT} conversations at a CRM with limits`;
        const apis = await startFakeCrms();
        apis.know(
          ...Array.from({ length: COUNT }, (_, i) => ({
            id: `C-${i}`,
            firstName: 'Ben',
            lastName: `Number ${i}`,
            phone: numberOf(i),
          })),
        );
        apis.faultOf = limitRate(limit);
        const settings = { CRM_SOURCE: source, ...fakeCrm(source).settings };
        const served = await serveFunctions(part, report, { ...settings, ...apis.env });
        const sendTo: Send = (path, event) => send(`${served.runtime.url}${path}`, event);
        const outcomes = await writeToWorkers(sendTo, served.api, { count: COUNT, overMs, retries });
        await served.stop();
        apis.close();
        const name = fakeCrm(source).crm;
        for (const { isLost, namingMs } of outcomes) {
          const problem = isLost ? 'the message is lost' : undefined;
          report({ part, fault: name, ms: namingMs, isLost, problem });
        }
        rows.push([
          name,
          overMs > 0 ? `over ${overMs / 1000} s` : 'at once',
          String(retries),
          ...countsOf(outcomes),
        ]);
      }
    }
  }
  return rows;
}

export const BURST_HEADER = [
  'CRM',
  `${COUNT} conversations`,
  "Twilio's retries",
  'lost',
  'named at once',
  'linked at once',
  'named in the end',
  'linked in the end',
];

function countsOf(outcomes: Outcome[]): string[] {
  const count = (of: keyof Outcome) => String(outcomes.filter((outcome) => outcome[of]).length);
  return [count('isLost'), count('wasNamed'), count('wasLinked'), count('isNamed'), count('isLinked')];
}
