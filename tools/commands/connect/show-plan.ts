import type { ServiceSid } from '../../twilio/conversations-services';
import type { RetryCounts, Scope, Webhooks } from '../../twilio/webhooks';
import type { Terminal } from '../command-line';
import { isLikeOurs } from './function-urls';
import { isPreEvent, nameOf, type WebhooksPlan } from './plan-webhooks';
import { shownUrl } from './shown-url';

/** Retry counts that are to be set. */
export interface RetryPlan {
  serviceSid: string;
  before: RetryCounts;
  after: RetryCounts;
}

/** What becomes of a line: added, kept as it is, changed to something else, or removed. */
type Mark = '+' | '=' | '~' | '-';

const COLOURS = { '+': 'green', '=': 'dim', '~': 'yellow', '-': 'red' } as const;
const LABELS: [keyof Omit<Webhooks, 'filters'>, string][] = [
  ['preWebhookUrl', 'Pre-Event URL'],
  ['postWebhookUrl', 'Post-Event URL'],
  ['method', 'Method'],
  ['target', 'Target'],
];
const LABEL_WIDTH = 16;
/** What fits into one line beside its label. */
const SHORT = 50;

/** What is set now and what will be, a line for each thing. */
export function showPlan(
  plans: Pick<WebhooksPlan, 'scope' | 'before' | 'after'>[],
  retries: RetryPlan[],
  terminal?: Terminal,
): string {
  const line = (mark: Mark, label: string, text: string) => {
    const [first, ...rest] = `  ${mark} ${label.padEnd(LABEL_WIDTH)}${text}`.split('\n');
    const indent = ' '.repeat(4 + LABEL_WIDTH);
    const lines = [first, ...rest.map((one) => indent + one)].join('\n');
    return terminal ? terminal.paint(COLOURS[mark], lines) : lines;
  };
  const change = (label: string, before: string, after: string) => {
    if (before === after) return line('=', label, after || 'not set');
    if (!before) return line('+', label, after);
    if (!after) return line('-', label, before);
    const isShort = before.length + after.length < SHORT;
    return line('~', label, `${before}${isShort ? ' ' : '\n'}→ ${after}`);
  };
  const title = (text: string) => (terminal ? terminal.paint('bold', text) : text);

  const blocks = plans.map(({ scope, before, after }) => {
    const fields = LABELS.filter(([field]) => field !== 'target' || scope === 'account');
    const filters = [...new Set([...after.filters, ...before.filters])].map((event): [Mark, string] => {
      if (!before.filters.includes(event)) return ['+', event];
      return [after.filters.includes(event) ? '=' : '-', event];
    });
    return [
      title(titleOf(scope)),
      ...fields.map(([field, label]) => change(label, shownUrl(before[field]), shownUrl(after[field]))),
      ...filters.map(([mark, event], i) => line(mark, i === 0 ? 'Filters' : '', event)),
    ].join('\n');
  });
  for (const { serviceSid, before, after } of retries) {
    const counts = (['pre', 'post'] as const).map((kind) =>
      change(kind === 'pre' ? 'Pre-event' : 'Post-event', String(before[kind]), String(after[kind])),
    );
    blocks.push([title(`How often ${serviceSid} repeats a webhook`), ...counts].join('\n'));
  }
  return blocks.join('\n\n');
}

/**
 * What somebody else's backend will miss.
 *
 * @param alone the service that can be connected alone, so that the others stay as they are; without it there are no others
 */
export function showReplaced({ scope, before, replaced }: WebhooksPlan, alone?: ServiceSid): string[] {
  const from = scope === 'account' ? '' : ` from ${scope}`;
  const lines = replaced.map(({ url, events }) => {
    const like = isLikeOurs(url)
      ? ' It may be a deployment of this project that is gone, or in another account.'
      : '';
    if (events.length === 0) return `${shownUrl(url)} is replaced. No event was sent there.${like}`;
    const waited = events.some(isPreEvent) ? ', nor be asked before they happen' : '';
    return `${shownUrl(url)} will no longer receive ${events.join(', ')}${from}${waited}.${like}`;
  });
  if (before.target === 'flex') lines.push('Flex will no longer be sent the events of conversations.');
  if (lines.length > 0 && scope === 'account' && alone) {
    lines.push(
      `Or connect only the service that Frontline uses: it keeps the events of the other services. npm run connect -- --service ${alone}`,
    );
  }
  return lines;
}

function titleOf(scope: Scope): string {
  const name = nameOf(scope);
  return name[0]?.toUpperCase() + name.slice(1);
}
