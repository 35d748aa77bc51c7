import { type Address, parseAddress } from '../../assets/address.private';
import {
  cleanName,
  conversationChanges,
  isUnnamed,
  linkedCustomer,
  membersOf,
  parseAttributes,
  participantAttributes,
} from '../../assets/frontline.private';

const ada = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: 'https://example.com/ada.png' };

const address = parseAddress('+14155550147') as Address;
const changes = (conversation: { friendlyName?: string | null; attributes?: string }, customer = ada) =>
  conversationChanges(conversation, { members: [{ address, customer }], isGroup: false });

describe('a conversation', () => {
  test.each([undefined, null, '', '+14155550147', 'whatsapp:+14155550147', '+14155550147, +14155550101'])(
    'that goes by %p is named after the customer, with the avatar',
    (friendlyName) => {
      expect(changes({ friendlyName })).toEqual({
        friendlyName: 'Ada Okafor',
        attributes: '{"avatar":"https://example.com/ada.png"}',
      });
    },
  );

  test('keeps the name and the avatar that somebody chose', () => {
    expect(changes({ friendlyName: 'Order 4711', attributes: '{"avatar":"mine"}' })).toBeUndefined();
  });

  test('that is named already is left alone', () => {
    const { friendlyName, attributes } = changes({}) ?? {};
    expect(changes({ friendlyName, attributes })).toBeUndefined();
    expect(changes({ friendlyName: '+14155550147' }, { customer_id: 'C-1' } as typeof ada)).toBeUndefined();
  });
});

describe('a conversation waits for its name', () => {
  const other = { address: parseAddress('messenger:1002') as Address };
  const acme = {
    address: parseAddress('+14155550155') as Address,
    customer: { customer_id: 'C-3', display_name: 'Acme, Inc.' },
  };
  const members = [{ address, customer: ada }, other, acme];

  test.each([
    ['+14155550147', false, true],
    ['1002', false, true],
    ['messenger:1002, +14155550147', false, true],
    ['+14155550177', false, false],
    ['Order 4711', false, false],
    ['Ada Okafor', false, false],
    ['Ada Okafor, 1002', true, true],
    ['Ada Okafor, Eve', true, false],
    ['Ada Okafor, Acme, Inc.', true, true],
    ['Acme, Inc., 1002, Ada Okafor', true, true],
    ['Acme, Inc.', true, true],
    ['Acme, Inc. & Co.', true, false],
    ['Acme', true, false],
    ['Acme, Inc.', false, false],
    ['Anna:+14155550147', false, false],
    ['Kunde:+14155550147, +14155550155', false, false],
    ['whatsapp:+14155550147', false, true],
    [`${'Acme, Inc., '.repeat(20)}B`, true, false],
  ])('if it goes by %s (in a group: %p): %p', (friendlyName, isGroup, waits) => {
    expect(isUnnamed(friendlyName, members, isGroup)).toBe(waits);
  });
});

test.each([
  ['\u200b', undefined],
  ['Bad \ud83d', 'Bad'],
  ['Ada\u0000 \n Okafor', 'Ada Okafor'],
  ['Ada\u202eOkafor\u2028', 'Ada Okafor'],
  ['👩‍🚀 Ada', '👩‍🚀 Ada'],
  ['\u200f', undefined],
  ['\u3164 \u034f', undefined],
  ['\u2800\uFFFC', undefined],
  ['\u200eOka\u00adfor', 'Okafor'],
  [' \t', undefined],
  [7, undefined],
])('the name %j is cleaned to %j', (name, cleaned) => {
  expect(cleanName(name)).toBe(cleaned);
});

test('the customer whom a participant is tied to is read from the attributes', () => {
  expect(linkedCustomer(participantAttributes({}, ada))).toEqual({
    customer_id: 'C-1',
    display_name: 'Ada Okafor',
    avatar: 'https://example.com/ada.png',
  });
  expect(linkedCustomer('{"customer_id":7}')).toEqual({ customer_id: '7' });
  expect(linkedCustomer('{"customer_id":""}')).toBeUndefined();
  expect(linkedCustomer('[')).toBeUndefined();
});

test('the members of a conversation are its customers, the one whose address it goes by first', () => {
  const participants = [
    { messagingBinding: null, attributes: '{}' },
    { messagingBinding: { address: '+14155550101' }, attributes: '{"customer_id":"C-2"}' },
    { messagingBinding: { address: 'whatsapp:+14155550147' }, attributes: '{}' },
  ];
  const names = (friendlyName: string | null) =>
    membersOf(participants, friendlyName).map(({ address, customer }) => [
      address.key,
      customer?.customer_id,
    ]);
  expect(names(null)).toEqual([
    ['+14155550101', 'C-2'],
    ['+14155550147', undefined],
  ]);
  expect(names('+14155550147')).toEqual([
    ['+14155550147', undefined],
    ['+14155550101', 'C-2'],
  ]);
});

describe('attributes', () => {
  test.each([undefined, '', ' ', 'null', '{}'])('%p are none', (json) => {
    expect(parseAttributes(json)).toEqual({});
  });

  test.each(['[]', '1', '"a"', '{', 'undefined'])('%p are not a JSON object', (json) => {
    expect(parseAttributes(json)).toBeUndefined();
  });

  test('keep numbers as they are written', () => {
    const json = '{ "order": 9007199254740993, "rate": 1.0, "big": 1e400 }';
    expect(participantAttributes(json, { customer_id: 'C-1' })).toBe(
      '{ "order": 9007199254740993, "rate": 1.0, "big": 1e400,"customer_id":"C-1"}',
    );
    expect(changes({ attributes: json })?.attributes).toContain('"order": 9007199254740993, "rate": 1.0');
    expect(participantAttributes('{}', { customer_id: 'C-1' })).toBe('{"customer_id":"C-1"}');
    expect(participantAttributes('{"customer_id":null}', { customer_id: 'C-1' })).toBe(
      '{"customer_id":"C-1"}',
    );
  });

  test.each([
    ['{"n": 12345678901234567890, "customer_id" : "" }', '{"n": 12345678901234567890, "customer_id":"C-1" }'],
    ['{"customer_id":null,"n":1.0}', '{"customer_id":"C-1","n":1.0}'],
    [
      '{"a":{"customer_id":""},"customer_id":0.0,"n":12345678901234567}',
      '{"a":{"customer_id":""},"customer_id":"C-1","n":12345678901234567}',
    ],
    ['{"a":{"customer_id":null},"customer_id":0}', '{"a":{"customer_id":null},"customer_id":"C-1"}'],
  ])('%s, where a name has no value, are filled in', (json, filled) => {
    expect(participantAttributes(json, { customer_id: 'C-1' })).toBe(filled);
  });

  test('keep what is there, down to a name like __proto__', () => {
    const json = '{"__proto__":{"customer_id":"C-9"},"role":"payer"}';
    expect(participantAttributes(json, { customer_id: 'C-1' })).toBe(
      '{"__proto__":{"customer_id":"C-9"},"role":"payer","customer_id":"C-1"}',
    );
    expect(changes({ attributes: json })?.attributes).toContain(
      '"__proto__":{"customer_id":"C-9"},"role":"payer"',
    );
  });
});
