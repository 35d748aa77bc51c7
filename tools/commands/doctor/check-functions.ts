import { callAsStranger, type FunctionAnswer } from '../../twilio/signed-call';
import { callPostEvent, callPreEvent, REFUSED } from '../connect/check-answers';
import { POST_EVENT, PRE_EVENT } from '../connect/function-urls';
import { type Check, type Finding, ok, problem, warning } from './check';

/** Twilio gives up after 5 s. */
export const SLOW_MS = 3000;
/** Calls the Functions by events that make them do nothing: no address, and a worker. */
export const functions: Check = {
  name: 'functions',
  about: 'they refuse strangers (which the Debugger may note as 82001), and answer Twilio in time',
  async run({ twilio, deployment, functionUrls }) {
    const { domain } = await deployment();
    const { pre, post } = await functionUrls();
    /** As short as it can be understood. */
    const named = (url: string) => (url.startsWith(`https://${domain}/`) ? new URL(url).pathname : url);
    const [strangers, ...signed] = await Promise.all([
      Promise.all(
        [
          ...pre.map((url) => ({ url, event: PRE_EVENT })),
          ...post.map((url) => ({ url, event: POST_EVENT })),
        ].map(async ({ url, event }) => ({
          name: named(url),
          answer: await callAsStranger(twilio, url, { EventType: event }),
        })),
      ),
      ...pre.map(async (url) => judge(named(url), await callPreEvent(twilio, url))),
      ...post.map(async (url) => judge(named(url), await callPostEvent(twilio, url))),
    ]);
    return [...judgeStrangers(strangers), ...signed];
  },
};

function judgeStrangers(strangers: { name: string; answer: FunctionAnswer }[]): Finding[] {
  const refused = strangers.filter(({ answer }) => REFUSED.includes(answer.status));
  // What is not there, or does not answer, is told by the signed call.
  const open = strangers.filter(({ answer }) => ![...REFUSED, 404, 0].includes(answer.status));
  const statuses = [...new Set(refused.map(({ answer }) => answer.status))].join(', ');
  return [
    ...(refused.length === strangers.length ? [ok(`unsigned calls refused (${statuses})`)] : []),
    ...open.map(({ name, answer: { status } }) =>
      problem(`an unsigned call of ${name} was answered ${status}: anyone can call`, 'Run npm run deploy.'),
    ),
  ];
}

function judge(name: string, { status, body, code, ms }: FunctionAnswer): Finding {
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0;
  if (status === 200 && isEmpty && ms < SLOW_MS) return ok(`${name} in ${ms} ms`);
  if (status === 200 && isEmpty)
    return warning(`${name} took ${ms} ms of Twilio's 5 s`, 'See npx twilio-run logs.');
  if (REFUSED.includes(status)) {
    return problem(
      `${name} refuses the signature (${status})`,
      'Is AUTH_TOKEN in .env the primary Auth Token? Twilio signs with that one.',
    );
  }
  if (status === 404) return problem(`${name} is not there (404)`, 'Run npm run deploy.');
  if (status === 0) return problem(`${name} does not answer (${code})`, 'See npx twilio-run logs.');
  return problem(
    `${name} answers ${status}${isEmpty ? '' : ', not {}'}`,
    'See npx twilio-run logs. Then npm run deploy.',
  );
}
