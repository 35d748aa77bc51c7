import fc from 'fast-check';
import { checkLinking, checkNaming, type Encoding, send, type WebhookResult } from './promises';
import { randomText } from './random-text';
import { serveFunctions } from './served-functions';

const AT_A_TIME = 10;
/** What the runtime takes, and not much more. */
const LARGE_BYTES = 5.9 * 1024 * 1024;
const SID = '1'.repeat(32);

/** What is in an event, or was never meant to be. */
const names = fc.constantFrom(
  'EventType',
  'FriendlyName',
  'Attributes',
  'Identity',
  'ChatServiceSid',
  'ConversationSid',
  'ParticipantSid',
  'MessagingBinding.Address',
  'MessagingBinding.AuthorAddress',
  'MessagingBinding.ProxyAddress',
  'MessagingBinding.ProjectedAddress',
  'MessageBody',
  'request',
  'toJSON',
  ...Object.getOwnPropertyNames(Object.prototype),
);
const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '+14155550147',
    'whatsapp:+14155550147',
    'messenger:',
    ':',
    '+',
    ',',
    '+14155550147,+14155550101',
    'null',
    '[]',
    '"text"',
    '{"customer_id":"C-1"}',
    '{"avatar":null}',
    '{"__proto__":{"customer_id":"C-1"}}',
    '{',
    '\u0000\u0001\u001b[31m\r\n\t',
    '\u202eevil\u2066\u200f مرحبا שלום',
    `Z${'\u0300'.repeat(500)}`,
    '👩‍👩‍👧‍👦'.repeat(100),
    '\ud800',
  ),
  randomText(300),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.json(),
  fc.emailAddress(),
  fc.constantFrom(300, 4_000, 20_000, 70_000).map((length) => 'x'.repeat(length)),
);
/** A field once, or repeated; in JSON, of any type. */
const values = fc.oneof(texts, fc.array(texts, { maxLength: 4 }));
const fields = fc.array(fc.tuple(names, fc.oneof({ weight: 3, arbitrary: values }, fc.jsonValue())), {
  maxLength: 8,
});
const encodings = fc.constantFrom<Encoding>('form', 'form', 'json', 'query');
const isRight = fc.nat({ max: 9 }).map((n) => n > 0);

/** Sends events that nobody would think of, the large ones last. */
export async function sendEvents(report: (result: WebhookResult) => void, count: number) {
  const part = 'the event';
  const served = await serveFunctions(part, report);
  const urls = {
    naming: `${served.runtime.url}/on-conversation-add`,
    linking: `${served.runtime.url}/on-participant-added`,
  };

  const sendBoth = async (
    fault: string,
    event: Record<string, unknown>,
    encoding: Encoding,
    isTyped: boolean,
  ) => {
    const typed = (EventType: string) => (isTyped ? { ...event, EventType } : event);
    const naming = await send(urls.naming, typed('onConversationAdd'), encoding);
    report({ part, fault, ms: naming.ms, ...checkNaming(naming, 'any') });
    const linking = await send(urls.linking, typed('onParticipantAdded'), encoding);
    report({ part, fault, ms: linking.ms, ...checkLinking(linking, 'any', false) });
  };
  const base = {
    ConversationSid: `CH${SID}`,
    ParticipantSid: `MB${SID}`,
    'MessagingBinding.Address': '+14155550147',
  };
  const generated = fc.sample(fc.tuple(fields, encodings, isRight), count).values();
  const sendSome = async () => {
    for (const [entries, encoding, isTyped] of generated) {
      const event = { ...base, ...Object.fromEntries(entries) };
      await sendBoth('generated', event, encoding, isTyped);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, sendSome));

  const large = 'x'.repeat(LARGE_BYTES);
  for (const [name, value] of [
    ['MessageBody', large],
    ['FriendlyName', large],
    ['MessagingBinding.Address', `+${'1'.repeat(LARGE_BYTES - 100)}`],
    ['Attributes', JSON.stringify({ note: large.slice(100) })],
  ] as const) {
    await sendBoth('6 MB', { 'MessagingBinding.Address': '+14155550147', [name]: value }, 'form', true);
  }
  await served.nameConversation('works still', 'named');
  await served.linkParticipant('works still', 'linked');
  await served.stop();
}
