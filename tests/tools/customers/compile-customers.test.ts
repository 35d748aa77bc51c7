import { compileCustomers } from '../../../tools/customers/compile-customers';

const compile = (customers: unknown, country?: string) =>
  compileCustomers(JSON.stringify(customers), country);
const at = (...channels: object[]) => ({ customer_id: 'C-1', display_name: 'Ada', channels });
const keys = (customers: unknown, country?: string) => {
  const { json, problems } = compile(customers, country);
  expect(problems).toEqual([]);
  return JSON.parse(json).map(([key]: [string]) => key);
};

describe('a channel', () => {
  test.each([
    ['sms', '+1 (415) 555-0147', '+14155550147'],
    ['SMS', '+1.415.555.0147', '+14155550147'],
    ['whatsapp', 'whatsapp:+44 7700 900123', '+447700900123'],
    ['whatsapp', '+44 (0)7700 900123', '+447700900123'],
    ['whatsapp', 'whatsapp:+52 1 55 1234 5678', '+525512345678'],
    ['viber', 'viber:+33 6 39 98 00 12', '+33639980012'],
    ['messenger', 'messenger:1002003004', 'messenger:1002003004'],
    ['messenger', '1002003004', 'messenger:1002003004'],
    ['email', 'Ada@Example.com', 'email:ada@example.com'],
  ])('%s at %s is found by %s', (type, value, key) => {
    expect(keys([at({ type, value })])).toEqual([key]);
  });

  test('without a country code is read in CRM_DEFAULT_COUNTRY', () => {
    expect(keys([at({ type: 'sms', value: '(415) 555-0147' })], 'US')).toEqual(['+14155550147']);
    expect(keys([at({ type: 'whatsapp', value: 'whatsapp:(415) 555-0147' })], 'US')).toEqual([
      '+14155550147',
    ]);
    expect(keys([at({ type: 'mms', value: '415.555.0147' })], 'US')).toEqual(['+14155550147']);
    expect(keys([at({ type: 'sms', value: '06 39 98 00 12' })], ' fr ')).toEqual(['+33639980012']);
  });

  test('listed twice for one customer is there once', () => {
    const sms = { type: 'sms', value: '+14155550147' };
    expect(keys([at(sms, { type: 'whatsapp', value: 'whatsapp:+14155550147' }), at(sms)])).toEqual([
      '+14155550147',
    ]);
  });
});

test('what is compiled is JSON, sorted by address, with a line for each and nothing that is not used', () => {
  const ada = {
    customer_id: 7,
    display_name: 'Ada "the first"\nOkafor',
    avatar: '/avatars/ada.png',
    channels: [
      { type: 'sms', value: '+14155550147' },
      { type: 'email', value: 'ada@example.com' },
    ],
    details: { title: 'Notes', content: 'Not for Frontline' },
    worker: 'ana',
  };
  const luca = { customer_id: 'C-2', channels: [{ type: 'sms', value: '+14155550101' }] };
  expect(compile([ada, luca]).json).toBe(
    [
      '[',
      '["+14155550101","C-2",null],',
      '["+14155550147","7","Ada \\"the first\\"\\nOkafor","/avatars/ada.png"],',
      '["email:ada@example.com","7","Ada \\"the first\\"\\nOkafor","/avatars/ada.png"]',
      ']',
      '',
    ].join('\n'),
  );
});

describe('the build stops when', () => {
  test.each([
    [
      'the file is not valid JSON',
      '[\n  {"customer_id": "C-1" "channels": []}\n]',
      'is not valid JSON: CommaExpected at line 2, column 25',
    ],
    ['the file is empty', '', 'is not valid JSON: ValueExpected at line 1, column 1'],
    [
      'the file is not an array',
      '{"customer_id": "C-1"}',
      'is not an array: put the customers between [ and ]',
    ],
    ['a record is not an object', '[null]', 'record 1 is not an object'],
    [
      'there is no customer_id',
      '[{"channels":[{"type":"email","value":"a@b.c"}]}]',
      'record 1, customer_id is missing',
    ],
    [
      'the customer_id is empty',
      '[{"customer_id":" ","channels":[{"type":"email","value":"a@b.c"}]}]',
      'record 1 (customer_id " "), customer_id is missing',
    ],
    ['there are no channels', '[{"customer_id":"C-1"}]', 'record 1 (customer_id "C-1"), channels is missing'],
    [
      'there is no channel',
      '[{"customer_id":"C-1","channels":[]}]',
      'record 1 (customer_id "C-1"), channels is empty',
    ],
    [
      'a channel has no type',
      '[{"customer_id":"C-1","channels":[{"value":"a@b.c"}]}]',
      'record 1 (customer_id "C-1"), channels[0].type is missing',
    ],
    [
      'a channel has no value',
      '[{"customer_id":"C-1","channels":[{"type":"sms"}]}]',
      'record 1 (customer_id "C-1"), channels[0].value is missing',
    ],
    [
      'a name is not text',
      '[{"customer_id":"C-1","display_name":5,"channels":[{"type":"email","value":"a@b.c"}]}]',
      'record 1 (customer_id "C-1"), display_name is not text',
    ],
    [
      'an e-mail address is not one',
      '[{"customer_id":"C-1","channels":[{"type":"email","value":"ada"}]}]',
      'record 1 (customer_id "C-1"), channels[0].value is not an e-mail address',
    ],
  ])('%s', (_name, source, problem) => {
    expect(compileCustomers(source).problems).toEqual([expect.stringContaining(problem)]);
  });

  test.each(['0123', 'call me', '+1 415 555', '(415) 555-0147', '+1 415 555 0147 999 999'])(
    'a number is not one: %s',
    (value) => {
      const [problem, ...others] = compile([at({ type: 'sms', value })]).problems;
      expect(problem).toContain(
        'record 1 (customer_id "C-1"), channels[0].value is not a phone number: write it with its country code',
      );
      expect(problem).not.toContain(value);
      expect(others).toEqual([]);
    },
  );

  test('one address has two customers, with both named', () => {
    const other = {
      customer_id: 'C-2',
      display_name: 'Luca',
      channels: [{ type: 'whatsapp', value: '+14155550147' }],
    };
    expect(compile([at({ type: 'sms', value: '+1 (415) 555-0147' }), other]).problems).toEqual([
      'record 2 (customer_id "C-2"), channels[0].value is that of record 1 (customer_id "C-1") too: give it to one of them',
    ]);
  });

  test('CRM_DEFAULT_COUNTRY is not a country', () => {
    expect(compile([], 'Sweden').problems).toEqual([expect.stringContaining('CRM_DEFAULT_COUNTRY')]);
  });

  test('it would be larger than an Asset may be', () => {
    const people = Array.from({ length: 12_000 }, (_, i) => ({
      customer_id: `C-${i}`,
      display_name: 'x'.repeat(2200),
      channels: [{ type: 'messenger', value: String(i) }],
    }));
    expect(compile(people).problems).toEqual([
      expect.stringMatching(/^compiles to 25\.\d MB, and an Asset may have 25 MB/),
    ]);
    const fewer = compile(people.slice(0, 6000));
    expect(fewer.problems).toEqual([]);
    expect(fewer.warnings).toContainEqual(
      expect.stringMatching(/^compiles to 12\.\d MB: Twilio has documented 10 MB/),
    );
  });

  test('anything is wrong, and then all of it is told', () => {
    const { problems } = compile([
      null,
      { customer_id: 'C-2', channels: [{ type: 'sms', value: '1' }, {}] },
      {},
    ]);
    expect(problems.map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
      'record 1',
      'record 2',
      'record 2',
      'record 3,',
      'record 3,',
    ]);
  });
});

describe('a warning tells', () => {
  const email = { type: 'email', value: 'ada@example.com' };

  test.each(['avatars/ada.png', 'ftp://example.com/ada.png', 'data:image/png;base64,AA'])(
    'that the avatar %s is not a web address, and is left out',
    (avatar) => {
      const { json, warnings, problems } = compile([{ ...at(email), avatar }]);
      expect(problems).toEqual([]);
      expect(warnings).toEqual([
        expect.stringContaining('record 1 (customer_id "C-1"), avatar is not a web address'),
      ]);
      expect(JSON.parse(json)).toEqual([['email:ada@example.com', 'C-1', 'Ada']]);
    },
  );

  test.each(['https://example.com/ada.png', 'http://example.com/ada.png', '/avatars/ada.png', '', null])(
    'nothing of the avatar %p',
    (avatar) => {
      expect(compile([{ ...at(email), avatar }]).warnings).toEqual([]);
    },
  );

  test('of a name that is too long, or missing', () => {
    expect(compile([{ ...at(email), display_name: 'x'.repeat(257) }]).warnings).toEqual([
      'record 1 (customer_id "C-1"), display_name is over 256 characters: workers will see its beginning',
    ]);
    expect(compile([{ ...at(email), display_name: undefined }]).warnings).toEqual([
      'record 1 (customer_id "C-1") has no display_name: workers will see the address',
    ]);
  });
});

test('a byte order mark, which spreadsheets write, does no harm', () => {
  expect(compileCustomers('\uFEFF[]')).toMatchObject({ json: '[\n]\n', problems: [] });
});
