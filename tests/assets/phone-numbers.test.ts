import { parseAddress } from '../../assets/address.private';
import { digitForms, readNumber, sameNumbers } from '../../assets/phone-numbers.private';

describe('a number is read', () => {
  test.each([
    ['+14155550147', undefined, '+14155550147'],
    ['+1 (415) 555-0147', 'FR', '+14155550147'],
    ['tel: +1 415 555 0147', undefined, '+14155550147'],
    ['001 415 555 0147', undefined, '+14155550147'],
    ['14155550147', undefined, '+14155550147'],
    ['(415) 555-0147', 'US', '+14155550147'],
    ['14155550147', 'US', '+14155550147'],
    ['06 79 57 15 33', 'FR', '+33679571533'],
    ['33679571533', 'FR', '+33679571533'],
    ['33679571533', 'US', '+33679571533'],
    ['011 33 6 79 57 15 33', 'US', '+33679571533'],
    ['01133679571533', 'FR', '+33679571533'],
    // A number in Delhi, and not one in Nigeria.
    ['011 2345 6789', 'IN', '+911123456789'],
    ['+33 (0)6 79 57 15 33', undefined, '+33679571533'],
    ['+39 (06) 1234 5678', undefined, '+390612345678'],
    // A number of Weener near the border, were it not that national numbers start with 0 in Germany.
    ['4915112345678', 'DE', '+4915112345678'],
    ['04915 12345', 'DE', '+49491512345'],
    ['15112345678', 'DE', '+4915112345678'],
    // Without a plus this is a number in Arkansas, with one it is a number in Norway.
    ['4792345678', 'US', '+14792345678'],
    ['+4792345678', 'US', '+4792345678'],
  ])('%s in the country %s as %s', (written, country, number) => {
    expect(readNumber(written, country)).toBe(number);
  });

  test.each([
    ['(415) 555-0147', '+18005550100', '+14155550147'],
    ['06 79 57 15 33', '+33140205050', '+33679571533'],
    ['06 79 57 15 33', '+14155550100', undefined],
    ['8 912 345-67-89', '+74951234567', '+79123456789'],
    ['(415) 555-0147', '+999123', undefined],
    ['(415) 555-0147', '12345', undefined],
  ])('%s in the country of %s as %s', (written, number, expected) => {
    if (number.startsWith('+')) expect(readNumber(written, number)).toBe(expected);
    else expect(() => readNumber(written, number)).toThrow('is not a country');
  });

  test.each([
    '+1 415 555 0147 x12',
    '(415) 555-0147 ext. 12',
    '(415) 555-0147, Ext 12',
    '415-555-0147 extension 1234',
    '415.555.0147 #7',
    '+14155550147;ext=12',
  ])('%s without its extension', (written) => {
    expect(readNumber(written, 'US')).toBe('+14155550147');
  });

  test.each(['', 'none', '0147', '555-0147', '+', '1001', '679571533', '00', '011'])(
    '%p as none',
    (written) => {
      expect(readNumber(written)).toBeUndefined();
      expect(readNumber(written, 'US')).toBeUndefined();
    },
  );
});

test.each([
  ['+5511961234567', ['+551161234567']],
  ['+551161234567', ['+5511961234567']],
  ['+5491123456789', ['+541123456789']],
  ['+525512345678', ['+5215512345678']],
  ['+14155550147', []],
])('%s may be written as %j too', (number, others) => {
  expect(sameNumbers(number).sort()).toEqual([number, ...others].sort());
  const keys = sameNumbers(number).map((same) => parseAddress(same)?.key);
  expect(new Set(keys).size).toBe(1);
});

test.each([
  ['+14155550147', ['4155550147', '14155550147', '0014155550147', '01114155550147', '104155550147']],
  ['+33679571533', ['679571533', '0679571533', '33679571533', '0033679571533', '330679571533']],
  ['+5491123456789', ['1123456789', '01115' + '23456789', '541123456789', '5491123456789']],
  ['+999123', ['999123']],
])('the digits of %s are %j among others', (number, digits) => {
  const forms = digitForms(number);
  expect(forms).toEqual(expect.arrayContaining(digits));
  expect(new Set(forms).size).toBe(forms.length);
  expect(forms.join('')).toMatch(/^\d+$/);
});

test.each([
  [4155550147, '+14155550100', '+14155550147'],
  [14155550147, undefined, '+14155550147'],
  [123456789, '+2250123456780', '+2250123456789'],
  [123456789, undefined, undefined],
])('%p in a numeric field, in the country of %s, is %s', (written, country, number) => {
  expect(readNumber(written, country)).toBe(number);
  if (written === 123456789) expect(readNumber(String(written), country)).toBeUndefined();
});

test('a country may be written in small letters, and is named if it is none', () => {
  expect(readNumber('4155550147', ' us ')).toBe('+14155550147');
  expect(() => readNumber('4155550147', 'usa')).toThrow('CRM_DEFAULT_COUNTRY is not a country');
});
