import { maskAddress } from '../../../assets/event-log.private';
import { type Check, type Finding, ok, skipped, warning, withoutApi } from './check';
import type { Installation } from './installation';
import { NOBODY } from './look-up';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What the check of the Functions causes itself: https://www.twilio.com/docs/api/errors/82001 */
const UNSIGNED = '82001';
const ALERTS_MAX = 1000;
const LINES_MAX = 1000;

/** What Twilio noted about the domains of the Functions, and what the Functions logged. */
export const lastDay: Check = {
  name: 'last-day',
  about: 'errors that Twilio noted for the domain, and what the Functions did',
  async run(installation) {
    const found = await Promise.all([
      countAlerts(installation).catch((error) => [withoutApi('alerts', error)]),
      // Logs are a help: without them, the rest counts.
      readLog(installation).catch(() => [skipped('the log cannot be read')]),
    ]);
    return found.flat();
  },
};

/** By URL: the codes differ from one cause to another. https://www.twilio.com/docs/usage/monitor-alert */
async function countAlerts({ twilio, ask, deployment, functionUrls }: Installation): Promise<Finding[]> {
  const { domain } = await deployment();
  const { pre, post } = await functionUrls();
  const hosts = [domain, ...[...pre, ...post].map((url) => new URL(url).host)];
  const startDate = new Date(Date.now() - DAY_MS);
  const alerts = await ask(() =>
    twilio.monitor.v1.alerts.list({ startDate, limit: ALERTS_MAX, pageSize: ALERTS_MAX }),
  );
  const counts = new Map<string, number>();
  for (const { requestUrl, errorCode } of alerts) {
    if (errorCode === UNSIGNED || !URL.canParse(requestUrl) || !hosts.includes(new URL(requestUrl).host))
      continue;
    counts.set(errorCode, (counts.get(errorCode) ?? 0) + 1);
  }
  if (counts.size === 0) return [ok('Twilio noted no error')];
  const codes = [...counts]
    .map(([code, count]) => `${code} (${count} ${count === 1 ? 'time' : 'times'})`)
    .join(', ');
  const [worst = ''] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  return [
    warning(
      `Twilio noted errors: ${codes}`,
      `See https://www.twilio.com/docs/api/errors/${worst}, and npx twilio-run logs.`,
    ),
  ];
}

/** Counts what the log says: see docs/operations.md, Reading the log. */
async function readLog({ environment, ask }: Installation): Promise<Finding[]> {
  const of = await environment();
  const startDate = new Date(Date.now() - DAY_MS);
  const lines = await ask(() => of.logs.list({ startDate, limit: LINES_MAX, pageSize: LINES_MAX }));
  // The check of the CRM has asked for it.
  const ofDoctor = ` ${maskAddress({ channel: 'sms', value: NOBODY, key: NOBODY })} `;
  const messages = lines.map(({ message }) => message ?? '').filter((message) => !message.includes(ofDoctor));
  const count = (pattern: RegExp) => messages.filter((message) => pattern.test(message)).length;
  const named = count(/^onConversationAdd .*\bknown\b/);
  const unknown = count(/^onConversationAdd .* unknown /);
  // After a colon: something unexpected, or what is to be done about a setting.
  const failed = count(
    /^on(ConversationAdd|ParticipantAdded)(:| .*(failed|CRM_SOURCE \S+:|Twilio's API:|not asked|not named:))/,
  );
  const linked = count(/^onParticipantAdded .* linked(,| customer_id)/);
  const slowest = Math.max(0, ...messages.map((message) => Number(/ (\d+) ms$/.exec(message)?.[1] ?? 0)));
  if (messages.length === 0) return [ok('no event logged')];
  const seen = `${named} named, ${unknown} unknown, ${linked} linked, ${failed} failed; slowest ${slowest} ms`;
  const elsewhere = count(/^onParticipantAdded .* gone, or in another Conversations service/);
  const misdirected = count(/ came to the URL of on\w+: untick it/);
  return [
    failed > 0 ? warning(seen, 'See why: npx twilio-run logs.') : ok(seen),
    ...(elsewhere > 0
      ? [
          warning(
            `participants who were gone, or in another Conversations service: ${elsewhere}`,
            'Set CHAT_SERVICE_SID in .env to that service. Then npm run deploy.',
          ),
        ]
      : []),
    ...(misdirected > 0
      ? [
          warning(
            `events that came to a URL that is not for them: ${misdirected}`,
            'Untick them: Console, Conversations > Manage > Global webhooks.',
          ),
        ]
      : []),
  ];
}
