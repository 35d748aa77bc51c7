import { readTypedAddress } from '../../tools/typed-address';

test.each([
  ['+1 (415) 555-0147', '+14155550147'],
  ['0044 7700 900123', '+447700900123'],
  ['WhatsApp: +1 415 555 0147', 'whatsapp:+14155550147'],
  ['sms:+14155550147', '+14155550147'],
  ['messenger:1002003004', 'messenger:1002003004'],
  [' ada@example.com ', 'ada@example.com'],
])('%p is sent as Twilio sends it', (typed, address) => {
  expect(readTypedAddress(typed)).toEqual({ address, hint: `Twilio sends ${address}` });
});

test.each([
  ['', 'Type an address'],
  ['(415) 555-0147', 'Begin with + and the country code'],
  ['+1 415', 'too short or too long'],
  ['whatsapp:ada', 'comes a phone number'],
  ['ada', 'Not an address'],
  ['+14155550147,+14155550148', 'Type one address'],
])('%p is refused with a hint', (typed, hint) => {
  expect(readTypedAddress(typed)).toEqual({ hint: expect.stringContaining(hint) });
});
