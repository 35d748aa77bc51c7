import type { ApiRequest, Fault } from '../../fakes/fake-server';
import { PERMANENT_FAULTS, TRANSIENT_FAULTS } from './break-twilio';
import { type OldConversations, type RelinkOutcome, startOldConversations } from './old-conversations';
import { type RunResult, relinkHere, relinkInProcess } from './relink-runs';

/** What is promised of a run: all is done; all is done or counted as left; it stops, and says why. */
type Promised = 'done' | 'counted' | 'stopped';

const LIST = 'listing conversations';
const CALLS: Record<string, [method: string, path: RegExp]> = {
  [LIST]: ['GET', /\/Conversations\?/],
  'listing participants': ['GET', /\/Participants\?/],
  'reading again before writing': ['GET', /\/(CH|MB)\w+$/],
  'linking a participant': ['POST', /\/MB\w+$/],
  'naming a conversation': ['POST', /\/CH\w+$/],
};
/** What may be broken of Twilio's API. */
export const CALLS_TO_TWILIO = Object.keys(CALLS);
/** Fewer than end a run. */
const CONVERSATIONS = 12;
/** Calls that hang are given up sooner than in earnest. */
const SHORT_TIMEOUT_MS = 400;
/** What was read longer ago than half a second is read again. */
const SLOW_LOOK_UP_MS = 600;

/** Breaks calls that a run makes to Twilio. @param faults in which ways; by default, in all of them */
export async function breakTwilioUnderRelink(
  report: (result: RelinkOutcome) => void,
  calls: string[],
  faults: string[] = Object.keys({ ...TRANSIENT_FAULTS, ...PERMANENT_FAULTS }),
) {
  for (const part of calls) {
    const [method, path] = CALLS[part] ?? ['', /^/];
    const isCall = (request: ApiRequest) => request.method === method && path.test(request.path);
    const lookUpMs = part.includes('reading') ? SLOW_LOOK_UP_MS : 0;
    const runUnder = (broken: Fault) => (old: OldConversations) =>
      relinkHere(old, {
        lookUpMs,
        callTimeoutMs: broken === 'hang' || broken === 'drip' ? SHORT_TIMEOUT_MS : undefined,
      });
    for (const [fault, broken] of Object.entries(TRANSIENT_FAULTS)) {
      if (!faults.includes(fault)) continue;
      report(
        await relinkWhile(part, fault, 'done', runUnder(broken), ({ api }) => {
          const paths = new Set<string>();
          api.faultOf = (request) => {
            if (!isCall(request) || paths.has(request.path)) return undefined;
            paths.add(request.path);
            return broken;
          };
        }),
      );
    }
    for (const [fault, [broken]] of Object.entries(PERMANENT_FAULTS)) {
      if (!faults.includes(fault)) continue;
      const isRefused = typeof broken === 'object' && broken.status === 401;
      const promised = part === LIST || isRefused ? 'stopped' : 'counted';
      report(
        await relinkWhile(part, fault, promised, runUnder(broken), ({ api }) => {
          api.faultOf = (request) => (isCall(request) ? broken : undefined);
        }),
      );
    }
  }
}

const CRM_FAULTS: Record<string, Fault> = {
  'answers 429': { status: 429 },
  'answers 429 and Retry-After': { status: 429, headers: { 'Retry-After': '5' } },
  'answers 500': { status: 500 },
  'answers malformed JSON': 'malformed',
  'drops every connection': 'drop',
  hangs: 'hang',
  'answers 401': { status: 401 },
};
/** In which ways a CRM may fail. */
export const CRM_FAULT_NAMES = Object.keys(CRM_FAULTS);
/** How long the CRM fails that fails for a while. */
const A_WHILE_MS = 4000;
/** These do not pass, as far as can be told. */
const FINAL = ['answers malformed JSON', 'answers 401'];

/** Has the CRM fail under a run, for a while and for ever. @param faults those that it fails in */
export async function breakCrmUnderRelink(report: (result: RelinkOutcome) => void, faults: string[]) {
  const part = 'the CRM';
  for (const fault of faults) {
    for (const isForEver of [false, true]) {
      const isFinal = FINAL.includes(fault);
      if (isFinal && !isForEver) continue;
      // Refusals are waited for, which would take minutes.
      if (isForEver && fault.includes('429')) continue;
      report(
        await relinkWhile(
          part,
          `${fault} ${isForEver ? 'for ever' : 'for a while'}`,
          isForEver ? 'stopped' : 'done',
          relinkInProcess,
          ({ crm }) => {
            let firstAt: number | undefined;
            crm.faultOf = () => {
              firstAt ??= performance.now();
              const isOver = !isForEver && performance.now() - firstAt > A_WHILE_MS;
              return isOver ? undefined : CRM_FAULTS[fault];
            };
          },
        ),
      );
    }
  }
}

/** Relinks while something is broken, and once more when it works again: then all has to be done, and nothing twice. */
async function relinkWhile(
  part: string,
  fault: string,
  promised: Promised,
  run: (old: OldConversations) => Promise<RunResult>,
  breakIt: (old: OldConversations) => void,
): Promise<RelinkOutcome> {
  const old = await startOldConversations(CONVERSATIONS);
  breakIt(old);
  const { counted, hasStopped } = await run(old);
  const left = old.left();
  const lost = hasStopped ? 0 : Math.max(0, left - counted);
  old.api.faultOf = undefined;
  old.crm.faultOf = undefined;
  await run(old);
  const { twice } = old.writes();
  const wrong = [
    lost > 0 && `${lost} lost`,
    hasStopped !== (promised === 'stopped') && (hasStopped ? 'it stopped' : 'it did not stop'),
    promised === 'done' && left + counted > 0 && `${left} left, ${counted} counted`,
    twice > 0 && `${twice} written twice`,
    old.left() > 0 && `${old.left()} left by the run after it`,
  ].filter(Boolean);
  old.close();
  const problem = wrong.join(', ') || undefined;
  return { part, fault, conversations: CONVERSATIONS, lost, writtenTwice: twice, problem };
}
