import { getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js';
import examples from 'libphonenumber-js/examples.mobile.json';
import { parseAddress } from '../../assets/address.private';
import type { Participant } from '../fakes/twilio/conversations-resources';
import { DEFAULT_SERVICE_SID } from '../fakes/twilio/conversations-resources';
import type { Message, SimulatedMessage } from './conversation';

/** The fields of an event, as Twilio sends them: https://www.twilio.com/docs/conversations/conversations-webhooks */
export type Event = Record<string, string>;

/** The worker who is in every conversation. */
export const WORKER = 'worker@example.com';
/** Of a business in North America, as in Twilio's documentation. */
const NORTH_AMERICAN_NUMBER = '+15017122661';

/** A customer writes, and Twilio is about to create a conversation. */
export function conversationAdd(accountSid: string, { from, text, others = [] }: Message): Event {
  const isGroup = others.length > 0;
  return {
    ...common('onConversationAdd', sourceOf(from), accountSid),
    MessagingServiceSid: `MG${'0'.repeat(32)}`,
    State: isGroup ? 'initializing' : 'active',
    Attributes: '{}',
    MessageBody: text,
    ...(isGroup
      ? {
          'MessagingBinding.AuthorAddress': from,
          'MessagingBinding.Address': [...others, ownNumberFor(from)].join(),
          'MessagingBinding.ProjectedAddress': ownNumberFor(from),
        }
      : { 'MessagingBinding.Address': from, 'MessagingBinding.ProxyAddress': proxyOf(from) }),
  };
}

/** A worker creates a conversation in the app, which names it. */
export function conversationAddByWorker(accountSid: string, FriendlyName: string): Event {
  return {
    ...common('onConversationAdd', 'SDK', accountSid),
    ClientIdentity: WORKER,
    State: 'active',
    Attributes: '{}',
    FriendlyName,
  };
}

/** A message is about to be added: none of the events that the Functions are for. */
export function messageAdd(
  accountSid: string,
  ConversationSid: string,
  { author, text }: Omit<SimulatedMessage, 'sid'>,
): Event {
  return {
    ...common('onMessageAdd', sourceOf(author), accountSid),
    ConversationSid,
    Author: author,
    Body: text,
    Attributes: '{}',
  };
}

/** A participant has joined. */
export function participantAdded(accountSid: string, participant: Participant, isGroup: boolean): Event {
  const { identity, address = '', attributes } = participant;
  const own = isGroup ? 'MessagingBinding.ProjectedAddress' : 'MessagingBinding.ProxyAddress';
  return {
    ...common('onParticipantAdded', identity ? 'SDK' : sourceOf(address), accountSid),
    ConversationSid: participant.conversationSid,
    ParticipantSid: participant.sid,
    RoleSid: `RL${'0'.repeat(32)}`,
    Attributes: attributes,
    DateCreated: new Date().toISOString(),
    ...(identity
      ? { Identity: identity }
      : {
          'MessagingBinding.Address': address,
          'MessagingBinding.Type': channelOf(address),
          [own]: proxyOf(address),
        }),
  };
}

/** The event, and who it comes from. */
export function titleOf(event: Event): string {
  const names = [
    'MessagingBinding.AuthorAddress',
    'MessagingBinding.Address',
    'Author',
    'Identity',
    'ClientIdentity',
  ];
  const who = names.map((name) => event[name]).find(Boolean);
  return `${event.EventType}: ${who}`;
}

function common(EventType: string, Source: string, AccountSid: string): Event {
  return { EventType, Source, AccountSid, ChatServiceSid: DEFAULT_SERVICE_SID, RetryCount: '0' };
}

function channelOf(address: string): string {
  return parseAddress(address)?.channel ?? 'sms';
}

function sourceOf(address: string): string {
  return channelOf(address).toUpperCase();
}

/** Where it was written to: Twilio's own number, on the same channel. */
function proxyOf(address: string): string {
  const number = ownNumberFor(address);
  // Nobody writes to themselves, but people type the examples as numbers of customers.
  const isTheirs = parseAddress(address)?.value === number;
  const own = isTheirs ? number.replace(/.$/, (digit) => String((Number(digit) + 1) % 10)) : number;
  return channelOf(address) === 'sms' ? own : `${channelOf(address)}:${own}`;
}

/** The business has a number of the customer's country: what its CRM has without a country code is of that. */
function ownNumberFor(address: string): string {
  const number = parsePhoneNumberFromString(parseAddress(address)?.value ?? '');
  if (!number?.country || number.countryCallingCode === '1') return NORTH_AMERICAN_NUMBER;
  return getExampleNumber(number.country, examples)?.number ?? NORTH_AMERICAN_NUMBER;
}
