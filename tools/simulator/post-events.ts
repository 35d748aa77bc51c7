import { setTimeout } from 'node:timers/promises';
import type { Call } from '../fakes/fake-server';
import type { Participant } from '../fakes/twilio/conversations-resources';
import type { Exchange } from './conversation';
import { explainCall, explainPostEvent, isSentAgain, titleOfCall } from './explain-post-event';
import type { SwitchId } from './switches';
import type { Traffic } from './traffic';
import { participantAdded } from './webhook-events';
import type { WebhookSender } from './webhook-sender';

const POST_EVENT_PATH = '/on-participant-added';
const RETRY_COUNT = 3;

/** Tells the Functions who has joined, again if Twilio would, and notes the calls that they make for it. */
export class PostEvents {
  /** @param beforeRetry is called before something is sent again */
  constructor(
    private readonly accountSid: string,
    private readonly traffic: Traffic,
    private readonly webhooks: WebhookSender,
    private readonly retryPauseMs: number,
    private readonly beforeRetry: () => void,
  ) {}

  /** @returns when it has been answered, and is not sent again */
  async send(participant: Participant, isGroup: boolean, parent: Exchange, on: ReadonlySet<SwitchId>) {
    const event = participantAdded(this.accountSid, participant, isGroup);
    for (let retryCount = 0; ; retryCount++) {
      const retries = !on.has('retries') ? 'none' : retryCount < RETRY_COUNT ? 'left' : 'over';
      const answer = await this.webhooks.send({
        path: POST_EVENT_PATH,
        event: { ...event, RetryCount: String(retryCount) },
        parent,
        on,
        explain: (given, report, exchange) =>
          explainPostEvent(given, { calls: this.traffic.of(exchange), report, retries }),
      });
      if (retries !== 'left' || !isSentAgain(answer)) return;
      await setTimeout(this.retryPauseMs * 2 ** retryCount);
      this.beforeRetry();
    }
  }

  /** Notes a call to the API, under the webhook that it belongs to. */
  noteCall(call: Call) {
    const of = this.traffic.exchanges.findLast(
      ({ fields: { ParticipantSid, ConversationSid }, answer }) =>
        ParticipantSid &&
        (call.path.includes(ParticipantSid) ||
          (!call.path.includes('/MB') && call.path.includes(ConversationSid ?? '') && !answer)),
    );
    this.traffic.note({
      direction: 'call',
      parent: of?.id,
      title: titleOfCall(call),
      method: call.method,
      to: call.path,
      fields: Object.fromEntries(new URLSearchParams(call.body)),
      answer: { status: call.outcome, headers: call.answer?.headers, body: call.answer?.body },
      ...explainCall(call),
    });
  }
}
