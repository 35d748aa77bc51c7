import type { Conversation, Exchange } from './conversation';

/** What a worker would see, and what went to and fro, as text. */
export function print(
  conversation: Conversation | undefined,
  traffic: Exchange[],
  customersFrom: string,
  log: string[],
): string {
  const exchanges = traffic.map(({ direction, title, answer, words }) => {
    if (direction === 'message') return `  ${title}: ${words}`;
    const took = answer?.ms === undefined ? '' : `, ${answer.ms} ms`;
    return `  ${title}\n    ${answer?.status ?? 'no answer'}${took}: ${words}`;
  });
  return [
    ...(conversation ? printConversation(conversation) : ['The message is lost.']),
    `Traffic, with customers from ${customersFrom}`,
    ...exchanges,
    'Log',
    ...log.map((line) => `  ${line}`),
  ].join('\n');
}

function printConversation({ friendlyName, attributes, participants }: Conversation): string[] {
  const { avatar } = JSON.parse(attributes) as { avatar?: string };
  const joined = participants.map((participant) => {
    const { customer_id, display_name, avatar } = JSON.parse(participant.attributes) as Record<
      string,
      string
    >;
    const known = customer_id && `customer_id ${customer_id}`;
    return `  ${[participant.address ?? participant.identity, known, display_name, avatar].filter(Boolean).join(', ')}`;
  });
  return [
    'Conversation',
    `  ${[friendlyName ?? '(no name)', avatar].filter(Boolean).join(', ')}`,
    'Participants',
    ...joined,
  ];
}
