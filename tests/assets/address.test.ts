import { isAddressOf, isListOfAddresses, parseAddress } from '../../assets/address.private';

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

  test.each([
    ['Argentine', '+5491123456789', '+541123456789'],
    ['Brazilian', '+551161234567', '+5511961234567'],
    ['Brazilian', '+552188765432', '+5521988765432'],
  ])('of an %s mobile is one, as WhatsApp writes it and as CRMs do', (_country, whatsapp, crm) => {
    expect(parseAddress(`whatsapp:${whatsapp}`)?.key).toBe(parseAddress(crm)?.key);
    expect(parseAddress(whatsapp)?.value).toBe(whatsapp);
  });

  test.each(['+551131234567', '+5511961234567', '+541123456789', '+5491123', '+55'])(
    'of the number %s has it as it is',
    (number) => {
      expect(parseAddress(number)?.key).toBe(number);
    },
  );

  test('may be an ID of WhatsApp that is not a phone number', () => {
    expect(parseAddress('whatsapp:BR.4456758834604506')).toEqual({
      channel: 'whatsapp',
      value: 'BR.4456758834604506',
      key: 'whatsapp:BR.4456758834604506',
    });
  });

  test.each([undefined, null, '', '  ', 15551234567, ['+15551234567'], {}])(
    'is none if the field is %p',
    (field) => {
      expect(parseAddress(field)).toBeUndefined();
    },
  );
});

test.each([
  ['instagram:1002', 'instagram:1002', true],
  ['Instagram:1002', 'instagram:1002', true],
  ['messenger:1002', 'instagram:1002', false],
  ['sms:+15551234567', 'whatsapp:+15551234567', true],
  ['Anna:+15551234567', '+15551234567', false],
])('%s as a name is the address %s: %p', (text, address, isOne) => {
  expect(isAddressOf(text, parseAddress(address) ?? fail())).toBe(isOne);
});

test.each([
  ['+15551234567, whatsapp:+15551234568', true],
  ['+15551234567, Anna:+15551234568', false],
  ['Anna:+15551234567', false],
])('%s is nothing but addresses: %p', (text, isList) => {
  expect(isListOfAddresses(text, [])).toBe(isList);
});

function fail(): never {
  throw new Error('no address');
}
