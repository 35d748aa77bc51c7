import { maskAddress, parseAddress } from '../../assets/address.private';

describe('an address', () => {
  test.each([
    ['+15551234567', { channel: 'sms', value: '+15551234567', key: '+15551234567' }],
    ['whatsapp:+15551234567', { channel: 'whatsapp', value: '+15551234567', key: '+15551234567' }],
    ['rcs:+15551234567', { channel: 'rcs', value: '+15551234567', key: '+15551234567' }],
    ['messenger:1002003004', { channel: 'messenger', value: '1002003004', key: 'messenger:1002003004' }],
    ['Messenger:AbC', { channel: 'messenger', value: 'AbC', key: 'messenger:AbC' }],
    ['Ana@Example.com', { channel: 'email', value: 'Ana@Example.com', key: 'email:ana@example.com' }],
    ['email:Ana@Example.com', { channel: 'email', value: 'Ana@Example.com', key: 'email:ana@example.com' }],
    ['12345', { channel: 'sms', value: '12345', key: 'sms:12345' }],
    [' +15551234567 ', { channel: 'sms', value: '+15551234567', key: '+15551234567' }],
  ])('%s is taken apart', (text, parts) => {
    expect(parseAddress(text)).toEqual(parts);
  });

  test('of a Mexican mobile is one, with and without the 1 that WhatsApp writes', () => {
    expect(parseAddress('whatsapp:+5215512345678')).toMatchObject({
      value: '+5215512345678',
      key: '+525512345678',
    });
    expect(parseAddress('+525512345678')).toMatchObject({ key: '+525512345678' });
  });

  test.each([undefined, null, '', '  ', 15551234567, ['+15551234567'], {}])(
    'is none where the field is %p',
    (field) => {
      expect(parseAddress(field)).toBeUndefined();
    },
  );
});

test.each([
  ['+15551230123', '+1555•••0123'],
  ['whatsapp:+15551230123', 'whatsapp:+1555•••0123'],
  ['+3212345678', '•••'],
  ['messenger:1002003004', 'messenger:•••'],
  ['ana.okafor@example.com', 'email:•••'],
  ['AdaOkafor', '•••'],
])('%s is %s in the log', (text, masked) => {
  const address = parseAddress(text);
  expect(address && maskAddress(address)).toBe(masked);
});
