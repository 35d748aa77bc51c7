import { localDigits, readNumber, writtenForms } from '../../assets/phone-numbers.private';

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
    ['+33 (0)6 79 57 15 33', undefined, '+33679571533'],
    // A number of Weener near the border, were it not that national numbers start with 0 in Germany.
    ['4915112345678', 'DE', '+4915112345678'],
    ['04915 12345', 'DE', '+49491512345'],
    ['15112345678', 'DE', '+4915112345678'],
    // Without a plus this is a number in Arkansas, with one it is a number in Norway.
    ['4792345678', 'US', '+14792345678'],
    ['+4792345678', 'US', '+4792345678'],
  ])('%s with the default country %s as %s', (written, country, number) => {
    expect(readNumber(written, country)).toBe(number);
  });

  test.each(['', 'none', '0147', '555-0147', '+', '1001'])('%p as none', (written) => {
    expect(readNumber(written)).toBeUndefined();
    expect(readNumber(written, 'US')).toBeUndefined();
  });
});

describe('the forms of a number', () => {
  test.each([
    [
      '+14155550147',
      'US',
      ['14155550147', '4155550147', '(415) 555-0147', '415-555-0147', '+1 415-555-0147'],
    ],
    ['+33679571533', 'FR', ['33679571533', '0679571533', '06 79 57 15 33', '+33 6 79 57 15 33']],
    ['+4915112345678', 'DE', ['4915112345678', '015112345678', '+49 1511 2345678']],
    ['+447911123456', 'GB', ['447911123456', '07911123456', '07911 123456', '+44 (0)7911 123456']],
    ['+525512345678', 'MX', ['+5215512345678', '525512345678', '5512345678']],
  ])('%s in %s are those that people write', (number, country, forms) => {
    const all = writtenForms(number, country);
    expect(all).toEqual(expect.arrayContaining([number, ...forms]));
    expect(new Set(all).size).toBe(all.length);
  });

  test('are national in the default country alone', () => {
    expect(writtenForms('+14155550147')).toContain('14155550147');
    for (const country of [undefined, 'FR']) {
      expect(writtenForms('+14155550147', country)).not.toContain('4155550147');
      expect(writtenForms('+14155550147', country)).not.toContain('(415) 555-0147');
    }
  });

  test('are none that is the number of somebody else', () => {
    expect(writtenForms('+4792345678', 'NO')).toContain('4792345678');
    expect(writtenForms('+4792345678', 'US')).not.toContain('4792345678');
  });

  test('are the number itself where nothing is known of it', () => {
    expect(writtenForms('+999123')).toContain('+999123');
  });
});

test.each([
  ['+14155550147', '4155550147'],
  ['+33679571533', '679571533'],
])('the local digits of %s are %s', (number, digits) => {
  expect(localDigits(number)).toBe(digits);
});

test('a default country may be written in small letters, and is named if it is none', () => {
  expect(readNumber('4155550147', ' us ')).toBe('+14155550147');
  expect(() => readNumber('4155550147', 'usa')).toThrow('CRM_DEFAULT_COUNTRY is not a country');
  expect(() => writtenForms('+14155550147', 'United States')).toThrow('CRM_DEFAULT_COUNTRY is not a country');
});
