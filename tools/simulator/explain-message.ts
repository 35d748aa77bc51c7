import type { Exchange, Explanation } from './conversation';
import { lost, warning } from './explain';
import type { SwitchId } from './switches';

/**
 * What became of a message.
 *
 * @param parts the webhooks that it brought about
 */
export function explainMessage(
  { joined }: Exchange,
  parts: Exchange[],
  { isAdded, on }: { isAdded: boolean; on: ReadonlySet<SwitchId> },
): Explanation {
  if (!isAdded) return lost('The message is lost.');
  const verdicts = parts.map(({ verdict }) => verdict);
  const worst = (['lost', 'warning'] as const).find((verdict) => verdicts.includes(verdict));
  const verdict = worst ?? 'fine';
  if (joined) {
    const sent = parts.length > 0 ? 'so Twilio sends only onMessageAdd' : 'so Twilio sends no webhook';
    const words = `This message joins the existing conversation, ${sent}. Choose Replay to send it in a new conversation.`;
    return { verdict, words };
  }
  if (!on.has('no-functions')) return { verdict, words: '' };
  const sees = on.has('worker')
    ? 'the conversation has the name that the worker gave it, and the customer was linked already'
    : on.has('linked')
      ? 'the worker sees a number, and the customer was linked already'
      : 'the worker sees a number, and no customer';
  return warning(`No webhooks are set: ${sees}.`);
}
