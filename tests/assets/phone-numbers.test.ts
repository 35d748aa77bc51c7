import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { parseAddress } from '../../assets/address.private';
import { digitForms, numberFinder, readNumbers, sameNumbers } from '../../assets/phone-numbers.private';

jest.mock('libphonenumber-js', () => {
  const actual = jest.requireActual('libphonenumber-js');
  return { ...actual, parsePhoneNumberFromString: jest.fn(actual.parsePhoneNumberFromString) };
});

/** The only number that somebody wrote, in the country, or in that of another number. */
function readNumber(written: string | number, country?: string): string | undefined {
  const numbers = country?.startsWith('+')
    ? readNumbers(written, undefined, country)
    : readNumbers(written, country);
  expect(numbers.length).toBeLessThan(2);
  return numbers[0];
}

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
    // In groups as in North America, and yet one in Niue.
    ['011 683 4000', undefined, '+6834000'],
    // A number in Delhi, and not one in Nigeria.
    ['011 2345 6789', 'IN', '+911123456789'],
    ['+33 (0)6 79 57 15 33', undefined, '+33679571533'],
    // Numbers in Spain have no such zero.
    ['+34 (0)612 34 56 78', undefined, '+34612345678'],
    ['+39 (06) 1234 5678', undefined, '+390612345678'],
    // A number of Weener near the border, were it not that national numbers start with 0 in Germany.
    ['4915112345678', 'DE', '+4915112345678'],
    ['04915 12345', 'DE', '+49491512345'],
    ['15112345678', 'DE', '+4915112345678'],
    // Without a plus this is a number in Arkansas, with one it is a number in Norway.
    ['4792345678', 'US', '+14792345678'],
    ['+4792345678', 'US', '+4792345678'],
    // As pandas writes numbers that it has kept as floating point.
    ['628121234567.0', undefined, '+628121234567'],
    ['+628121234567.0', undefined, '+628121234567'],
    ['679571533.0', 'FR', '+33679571533'],
    // It takes away zeros at the beginning, so that this has two parts.
    ['030 1234567.0', 'DE', '+493012345670'],
    ['+٩٦٦٥٥١٢٣٤٥٦٧', undefined, '+966551234567'],
    ['۰۹۱۲ ۳۴۵ ۶۷۸۹', 'IR', '+989123456789'],
    ['+4740612345 (22.03.2021)', 'NO', '+4740612345'],
    ['+4740612345 (2021-03-12)', 'NO', '+4740612345'],
  ])('%s in the country %s as %s', (written, country, number) => {
    expect(readNumber(written, country)).toBe(number);
  });

  test.each([
    ['(415) 555-0147', '+18005550100', '+14155550147'],
    ['06 79 57 15 33', '+33140205050', '+33679571533'],
    ['06 79 57 15 33', '+14155550100', undefined],
    ['8 912 345-67-89', '+74951234567', '+79123456789'],
    ['(415) 555-0147', '+999123', undefined],
  ])('%s in the country of %s as %s', (written, number, expected) => {
    expect(readNumber(written, number)).toBe(expected);
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

test.each<[string, string, string[]]>([
  ['+43 664 1234567 (2)', 'AT', ['+436641234567']],
  ['+49 30 123456, 2. OG', 'DE', ['+4930123456']],
  ['0171 1234567 (WhatsApp 24h)', 'DE', ['+491711234567']],
  ['030 123456 (ab 18 Uhr)', 'DE', ['+4930123456']],
  ['Tel. 2: 030 123456', 'DE', ['+4930123456']],
  ['01 5123456 Top 7', 'AT', ['+4315123456']],
  ['+44 20 7946 0958 opt 3', 'GB', ['+442079460958']],
  ['+1 415 555 0147 / +1 415 555 0199', 'US', ['+14155550147', '+14155550199']],
  ['0171 / 5550001', 'DE', ['+491715550001']],
  ['Tel. 0171 / 555 00 13', 'DE', ['+491715550013']],
  ['040 / 3900031 Durchwahl 12', 'DE', ['+49403900031']],
  ['0049 171 / 5550001', 'DE', ['+491715550001']],
  ['+49 (0)171 / 5550009', 'FR', ['+491715550009']],
  ['(0171) / 5550001', 'DE', ['+491715550001']],
  ['01512 / 3456789', 'DE', ['+4915123456789']],
  ['2 / 01512 3456789', 'DE', ['+4915123456789']],
  ['74 / 21234', 'SB', ['+6777421234']],
  ['0664 / 1234567', 'AT', ['+436641234567']],
  ['415 / 555-0147', 'US', ['+14155550147']],
  ['040 / 3900031 / 0171 / 5550001', 'DE', ['+49403900031', '+491715550001']],
  ['040 3900031 / 0171 5550001', 'DE', ['+49403900031', '+491715550001']],
  ['12 / 0171 5550001', 'DE', ['+491715550001']],
  ['+49 170 1234567 / 8', 'DE', ['+491701234567']],
  ['912 345 678 / 600 123 456', 'ES', ['+34912345678', '+34600123456']],
  ['(415) 555-0199 or (415) 555-0147', 'US', ['+14155550199', '+14155550147']],
  ['415-555-0147\n+1 415 555 0199', 'US', ['+14155550147', '+14155550199']],
  ['０９０－１２３４－５６７８', 'JP', ['+819012345678']],
  ['(659) 234-5678', 'GB', []],
  ['507-234-5678', 'GB', []],
  ['0044 (0)7400 123456', 'GB', ['+447400123456']],
  ['1-800-FLOWERS', 'US', []],
  [`+14155550147${' '.repeat(100_000)}.`, 'US', ['+14155550147']],
  // Of what is read, the end is at the end of a number.
  [`${'x'.repeat(237)} +14155550147\n+44 7700 900123`, 'US', ['+14155550147']],
  [`${'x'.repeat(237)} +14155550147 (2)`, 'US', ['+14155550147']],
  [`${'x'.repeat(237)} +14155550147 / +44 7700 900123`, 'US', ['+14155550147']],
  // The last one would end in the middle.
  [`${'x'.repeat(225)}\n+14155550147\n+14155550148`, 'US', ['+14155550147']],
  [`${'x'.repeat(221)} / +14155550147 / +14155550148`, 'US', ['+14155550147']],
  [`+14155550147, ${' '.repeat(223)}+4930123456789`, 'US', ['+14155550147']],
  [`+14155550147, ${' '.repeat(223)}+49 30 123456 789`, 'US', ['+14155550147']],
])('of %s in %s, what people wrote beside numbers is no part of them', (written, country, numbers) => {
  expect(readNumbers(written, country)).toEqual(numbers);
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
  [
    '+5491123456789',
    ['1123456789', '01115' + '23456789', '1115' + '23456789', '541123456789', '5491123456789'],
  ],
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

describe('a number is found', () => {
  test.each([
    '(415) 555-0147',
    '+1 415 555 0147, call after 9',
    'office 415-555-0100 / mobile 415-555-0147',
    '415-555-0100 (415-555-0147)',
    '+١ ٤١٥ ٥٥٥ ٠١٤٧',
  ])('in %s', (written) => {
    expect(numberFinder('+14155550147', 'US')(written)).toBe(true);
  });

  test.each([
    '+33 4 15 55 01 47',
    '415-555-0100',
    '0147',
    '+14155550147, his wife',
    'Wife, +14155550147',
    // An extension, which is no number of the assistant's own.
    '+14155550147, assistant 123456',
  ])('not in %s', (written) => {
    expect(numberFinder('+14155550147', 'US')(written)).toBe(false);
  });

  test.each([
    ['+1 415 555 0199, wife: +1 415 555 0147', '+14155550199', '+14155550147'],
    ['Sekretariat 415-555-0147; 415-555-0199', '+14155550199', '+14155550147'],
    ['+14155550147 (mobile) / +14155550199 (wife)', '+14155550147', '+14155550199'],
    ['Mobile: +14155550147 - Wife: +14155550199', '+14155550147', '+14155550199'],
    ['+14155550147 Old Trafford; old: 415-555-0199', '+14155550147', '+14155550199'],
    ['old 415-555-0147\n415-555-0199 (mobile)', '+14155550199', '+14155550147'],
  ])('in %j only if the words beside it do not say that it is of somebody else', (written, own, others) => {
    expect(numberFinder(own, 'US')(written)).toBe(true);
    expect(numberFinder(others, 'US')(written)).toBe(false);
  });

  test('in whichever form it has', () => {
    expect(numberFinder('+525512345678')('+52 1 55 1234 5678')).toBe(true);
  });

  // Each part that is parsed keeps the process from answering for up to 1 ms, and a CRM may answer thousands.
  test.each([
    ['notes', 'Please do not call before ten in the morning, ask for her, or leave a message, thanks'],
    ['what grows when it is normalized', '\uFDFA'.repeat(250)],
    ['single digits', '1,'.repeat(125)],
    ['other numbers', '1234567,'.repeat(31)],
    ['other numbers with slashes', '0171 / 5550199 / '.repeat(14)],
  ])('without parsing %s', (_name, text) => {
    const isIn = numberFinder('+14155550147', 'US');
    jest.mocked(parsePhoneNumberFromString).mockClear();
    expect(isIn(text)).toBe(false);
    expect(parsePhoneNumberFromString).not.toHaveBeenCalled();
  });

  test.each(['415 555 0147 0, '.repeat(10), `${'030 / 1234567 / '.repeat(10)}0147`])(
    'or an error, if so many are like %s that reading them would take seconds',
    (text) => {
      const isIn = numberFinder('+14155550147', 'US');
      expect(() => Array.from({ length: 100 }, () => isIn(text))).toThrow('too many numbers');
    },
  );
});

test('a country may be written in small letters, and is named if it is none', () => {
  expect(readNumber('4155550147', ' us ')).toBe('+14155550147');
  expect(() => readNumber('4155550147', 'usa')).toThrow('CRM_DEFAULT_COUNTRY is not a country');
  expect(() => readNumbers('4155550147', '+1')).toThrow('CRM_DEFAULT_COUNTRY is not a country');
});
