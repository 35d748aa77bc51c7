import type { Conversation, Exchange } from './conversation';

/** What a worker would see, and what went to and fro, as text. */
export function printRun(
  conversation: Conversation | undefined,
  traffic: Exchange[],
  customersInWords: string,
  log: string[],
): string {
  return [
    ...(conversation ? printConversation(conversation) : ['The message is lost.']),
    `Traffic, with ${customersInWords}`,
    ...traffic.filter(({ parent }) => !parent).flatMap((exchange) => printExchange(exchange, traffic, '  ')),
    'Log',
    ...log.map((line) => `  ${line}`),
  ].join('\n');
}

function printExchange(exchange: Exchange, traffic: Exchange[], indent: string): string[] {
  const { id, direction, title, answer, words, message, fields } = exchange;
  const parts = traffic
    .filter(({ parent }) => parent === id)
    .flatMap((part) => printExchange(part, traffic, `${indent}  `));
  if (direction === 'message') return [`${indent}${title}: ${message?.text}`, ...parts];
  const took = answer?.ms === undefined ? '' : `, ${answer.ms} ms`;
  const retry = Number(fields.RetryCount) > 0 ? ` (RetryCount ${fields.RetryCount})` : '';
  return [
    `${indent}${title}${retry}`,
    `${indent}  ${answer?.status ?? 'no answer'}${took}: ${words}`,
    ...parts,
  ];
}

function printConversation({ friendlyName, attributes, participants }: Conversation): string[] {
  const { avatar } = readAttributes(attributes);
  const joined = participants.map(({ attributes, address, identity }) => {
    const { customer_id, display_name, avatar } = readAttributes(attributes);
    const known = customer_id && `customer_id ${customer_id}`;
    return `  ${[address ?? identity, known, display_name, avatar].filter(Boolean).join(', ')}`;
  });
  return [
    'Conversation',
    `  ${[friendlyName ?? '(no name)', avatar].filter(Boolean).join(', ')}`,
    'Participants',
    ...joined,
  ];
}

/** The attributes of a conversation or a participant; none in JSON that is not an object, as `null` is. */
export function readAttributes(attributes = '{}'): Record<string, string | undefined> {
  return Object(JSON.parse(attributes));
}
