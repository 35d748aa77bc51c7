import { maskAddress, maskId } from '../../../assets/event-log.private';
import type { ListedConversation } from './list-conversations';
import type { Step } from './relink-conversation';
import type { Described } from './remedy';

const WORDS = {
  linked: 'linked',
  already: 'linked already',
  unknown: 'unknown',
  left: 'has left',
  refreshed: 'link refreshed',
  named: 'conversation named',
  renamed: 'name refreshed',
  avatar: 'avatar set',
} as const satisfies Record<Step['what'], string>;

/** A line of `--list`: the conversation, the masked address and the customer_id, and no name. */
export function printStep({ sid }: ListedConversation, step: Step): string {
  if (!('address' in step)) return `${sid} ${WORDS[step.what]}`;
  const { what, address, customerId } = step;
  const id = customerId ? ` customer_id=${maskId(customerId, address)}` : '';
  return `${sid} ${maskAddress(address)} ${WORDS[what]}${id}`;
}

/** A line of `--list` for a conversation that failed. */
export function printFailure({ sid }: ListedConversation, { reason }: Described): string {
  return `${sid} failed: ${reason}`;
}
