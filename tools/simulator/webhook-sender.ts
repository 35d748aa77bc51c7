import { setTimeout } from 'node:timers/promises';
import PQueue from 'p-queue';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { Exchange, Explanation, Report } from './conversation';
import { lost, type WebhookAnswer, warning } from './explain';
import type { SwitchId } from './switches';
import type { Traffic } from './traffic';
import { type Event, titleOf } from './webhook-events';

/** The process that serves has one thread: more at once would wait for each other, and the Functions would get the blame. */
const WEBHOOKS_AT_ONCE = 8;

/** A webhook that is to be sent. */
export interface Webhook {
  path: string;
  event: Event;
  /** The message that it is of. */
  parent: Exchange;
  on: ReadonlySet<SwitchId>;
  explain(answer: WebhookAnswer, report: Report | undefined, exchange: Exchange): Explanation;
}

/** Sends webhooks as Twilio does, and notes what was answered. */
export class WebhookSender {
  private readonly queue = new PQueue({ concurrency: WEBHOOKS_AT_ONCE });
  private readonly reports = new Map<string, (report: Report) => void>();

  /** @param functionsUrl where the Functions are served */
  constructor(
    private readonly authToken: string,
    private readonly traffic: Traffic,
    private readonly functionsUrl: () => string,
    private readonly durations: { webhookTimeoutMs: number; reportMs: number },
  ) {}

  /** What is sent from now on waits. @returns when what was sent has been answered */
  async hold() {
    this.queue.pause();
    await this.queue.onPendingZero();
  }

  goOn() {
    this.queue.start();
  }

  /** Takes what a Function reports of an exchange. */
  take(exchangeId: string, report: Report) {
    this.reports.get(exchangeId)?.(report);
  }

  async send(webhook: Webhook): Promise<WebhookAnswer> {
    const { path, event, parent, on } = webhook;
    const exchange = this.traffic.note({
      direction: 'webhook',
      parent: parent.id,
      title: titleOf(event),
      to: path,
      fields: event,
      words: 'Waiting for its turn…',
    });
    if (on.has('service-500')) return this.answerWith500(exchange);
    return this.queue.add(() => this.sendNow(webhook, exchange));
  }

  private async sendNow({ path, event, explain }: Webhook, exchange: Exchange): Promise<WebhookAnswer> {
    const url = `${this.functionsUrl()}${path}`;
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': getExpectedTwilioSignature(this.authToken, url, event),
    };
    this.traffic.change(exchange, {
      headers,
      words: 'Waiting for the answer…',
      at: new Date().toISOString(),
    });
    const reported = new Promise<Report>((resolve) => this.reports.set(exchange.id, resolve));
    const startedAt = performance.now();
    const given = await answerOf(url, {
      method: 'POST',
      headers: { ...headers, 'Simulator-Exchange': exchange.id },
      body: new URLSearchParams(event),
      // A redirect is an answer as others are.
      redirect: 'manual',
      signal: AbortSignal.timeout(this.durations.webhookTimeoutMs),
    });
    const answer: WebhookAnswer = { ...given, ms: Math.round(performance.now() - startedAt) };
    const waitMs = answer.failure === 'timeout' ? 0 : this.durations.reportMs;
    const report = await Promise.race([reported, setTimeout(waitMs, undefined, { ref: false })]);
    this.reports.delete(exchange.id);
    if (answer.failure && report?.error) answer.failure = 'threw';
    const { failure: _failure, why: _why, ...shown } = answer;
    this.traffic.change(exchange, { answer: shown, report, ...explain(answer, report, exchange) });
    return answer;
  }

  /** Another service has the URL, and fails. */
  private answerWith500(exchange: Exchange): WebhookAnswer {
    const answer = { status: 500, body: 'Internal Server Error', ms: 0 };
    const { EventType } = exchange.fields;
    const isPreEvent = EventType !== 'onParticipantAdded';
    const what =
      EventType === 'onMessageAdd' ? 'message, and it is lost' : 'conversation, and the message is lost';
    const made = isPreEvent
      ? lost(`Another service answered 500: Twilio rejects the ${what}.`)
      : warning('Another service answered 500: nobody is linked.');
    this.traffic.change(exchange, { answer, ...made });
    return answer;
  }
}

/** What was answered; without a body that can be read, that is nothing. */
async function answerOf(url: string, request: RequestInit): Promise<Omit<WebhookAnswer, 'ms'>> {
  let response: Response | undefined;
  try {
    response = await fetch(url, request);
    const { status, headers } = response;
    return { status, headers: Object.fromEntries(headers), body: parse(await response.text()) };
  } catch (error) {
    const { name, message, cause } = error as Error;
    if (name === 'TimeoutError') return { failure: 'timeout' };
    if (!response) return { failure: 'unreachable' };
    return { failure: 'unreadable', why: cause instanceof Error ? cause.message : message };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
