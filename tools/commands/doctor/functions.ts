import { callAsStranger, type FunctionAnswer } from '../../twilio/signed-call';
import { callPostEvent, callPreEvent, REFUSED } from '../connect/check-answers';
import { POST_EVENT_PATH, PRE_EVENT, PRE_EVENT_PATH, urlOf } from '../connect/plan-webhooks';
import { type Check, type Finding, ok, problem, warning } from './check';

/** Twilio gives up after 5 s. */
export const SLOW_MS = 3000;
/** Calls the Functions by events that make them do nothing: no address, and a worker. */
export const functions: Check = {
  name: 'functions',
  about: 'they refuse strangers (which the Debugger may note as 82001), and answer Twilio in time',
  async run({ twilio, deployment }) {
    const { domain } = await deployment();
    const [stranger, pre, post] = await Promise.all([
      callAsStranger(twilio, urlOf(domain, PRE_EVENT_PATH), { EventType: PRE_EVENT }),
      callPreEvent(twilio, urlOf(domain, PRE_EVENT_PATH)),
      callPostEvent(twilio, urlOf(domain, POST_EVENT_PATH)),
    ]);
    return [judgeStranger(stranger), judge(PRE_EVENT_PATH, pre), judge(POST_EVENT_PATH, post)];
  },
};

function judgeStranger({ status, code }: FunctionAnswer): Finding {
  if (REFUSED.includes(status)) return ok(`unsigned calls refused (${status})`);
  if (status === 404) return problem(`${PRE_EVENT_PATH} is not there (404)`, 'Run npm run deploy.');
  if (status === 0)
    return problem(`the domain does not answer (${code})`, 'Run it again. Then npm run deploy.');
  return problem(`an unsigned call was answered ${status}: anyone can call`, 'Run npm run deploy.');
}

function judge(path: string, { status, body, code, ms }: FunctionAnswer): Finding {
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0;
  if (status === 200 && isEmpty && ms < SLOW_MS) return ok(`${path} in ${ms} ms`);
  if (status === 200 && isEmpty)
    return warning(`${path} took ${ms} ms of Twilio's 5 s`, 'See npx twilio-run logs.');
  if (REFUSED.includes(status)) {
    return problem(
      `${path} refuses the signature (${status})`,
      'Is AUTH_TOKEN in .env the primary Auth Token? Twilio signs with that one.',
    );
  }
  if (status === 0) return problem(`${path} does not answer (${code})`, 'See npx twilio-run logs.');
  return problem(
    `${path} answers ${status}${isEmpty ? '' : ', not {}'}`,
    'See npx twilio-run logs. Then npm run deploy.',
  );
}
