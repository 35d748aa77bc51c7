import fc from 'fast-check';
import { compileCustomers } from '../../../tools/customers/compile-customers';
import { Problem } from '../../../tools/problem';

const compile = (customers: unknown, CRM_DEFAULT_COUNTRY?: string) =>
  compileCustomers(JSON.stringify(customers), { CRM_DEFAULT_COUNTRY, CUSTOMERS_MAX_UNUSABLE: '100%' });
const at = (...channels: object[]) => ({ customer_id: 'C-1', display_name: 'Ada', channels });
const keys = (customers: unknown, country?: string) => {
  const { json, warnings } = compile(customers, country);
  expect(warnings).toEqual([]);
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
    ['viber', '0033 6 39 98 00 12', '+33639980012'],
    ['messenger', 'messenger:1002003004', 'messenger:1002003004'],
    ['messenger', '1002003004', 'messenger:1002003004'],
    ['email', 'Ada@Example.com', 'email:ada@example.com'],
    ['email', 'mailto:ada@example.com?subject=Hi', 'email:ada@example.com'],
    ['email', 'Ada Okafor <ada@example.com>', 'email:ada@example.com'],
    ['e-mail', 'email:ada@example.com', 'email:ada@example.com'],
    ['mailto', 'ada@example.com', 'email:ada@example.com'],
    ['facebook', '1002003004', 'messenger:1002003004'],
    ['messenger', 'facebook:1002003004', 'messenger:1002003004'],
    ['phone', '+1 415 555 0147', '+14155550147'],
    ['sms', 'tel:+14155550147', '+14155550147'],
    ['sms', 'whatsapp:+14155550147', '+14155550147'],
    ['sms', '0033 6 39 98 00 12', '+33639980012'],
    ['sms', '+1 (415) 555-0147 x12', '+14155550147'],
    ['sms', '+1 415 555 0147 ext. 12', '+14155550147'],
    ['whatsapp', 'whatsapp:BR.4456758834604506', 'whatsapp:BR.4456758834604506'],
    ['whatsapp', 'BR.4456758834604506', 'whatsapp:BR.4456758834604506'],
    ['whatsapp', 'whatsapp:+55 11 9123 4567', '+5511991234567'],
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
    expect(keys([at({ type: 'rcs', value: '415 555 0147' })], 'US')).toEqual(['+14155550147']);
    expect(keys([at({ type: 'phone', value: '415 555 0147 x12' })], 'US')).toEqual(['+14155550147']);
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
    display_name: ' Ada "the first"\n\u0007\u202E Okafor',
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
      '["+14155550147","7","Ada \\"the first\\" Okafor","/avatars/ada.png"],',
      '["email:ada@example.com","7","Ada \\"the first\\" Okafor","/avatars/ada.png"]',
      ']',
      '',
    ].join('\n'),
  );
});

test.each(['undefined', '#N/A', '1.23E+17', 'null', 0, -1])('the customer_id %p is none', (customer_id) => {
  const { json, warnings } = compile([
    { customer_id, display_name: 'Ada', channels: [{ type: 'sms', value: '+14155550147' }] },
  ]);
  expect(json).toBe('[\n]\n');
  expect(warnings).toEqual([expect.stringMatching(/^1 customer left out: an ID that .*: record 1$/)]);
});

test('a customer_id that is a number is one that is exact', () => {
  const channels = '[{"type":"messenger","value":"1002003004"}]';
  const one = (id: string) => `[{"customer_id":${id},"display_name":"Ada","channels":${channels}}]`;
  expect(JSON.parse(compileCustomers(one('9007199254740991')).json)[0][1]).toBe('9007199254740991');
  for (const id of ['9007199254740993', '9007199254740992', '1e999', '-1e400', '0.5']) {
    expect(() => compileCustomers(one(id))).toThrow(
      '1 customer left out: customer_id is not exact as a number: put it in quotation marks: record 1',
    );
  }
});

describe('it cannot be read if', () => {
  test.each([
    [
      'the file is not valid JSON',
      '[\n  {"customer_id": "C-1" "channels": []}\n]',
      'is not valid JSON: comma expected at line 2, column 25',
    ],
    ['the file is empty', '', 'is not valid JSON: value expected at line 1, column 1'],
    ['it is not an array', '{"customer_id": "C-1"}', 'is not an array: put the customers between [ and ]'],
  ])('%s', (_name, source, problem) => {
    expect(() => compileCustomers(source)).toThrow(problem);
  });

  test('CRM_DEFAULT_COUNTRY is not a country', () => {
    expect(() => compile([], 'Sweden')).toThrow('CRM_DEFAULT_COUNTRY in .env is not a country');
  });

  test('CUSTOMERS_MAX_UNUSABLE is not a percentage', () => {
    for (const CUSTOMERS_MAX_UNUSABLE of ['0.5', '101%', 'all']) {
      expect(() => compileCustomers('[]', { CUSTOMERS_MAX_UNUSABLE })).toThrow('write it like 10%');
    }
  });

  test('it would be larger than an Asset may be', () => {
    const people = Array.from({ length: 1_200 }, (_, i) => ({
      customer_id: `C-${i}`,
      avatar: `https://example.com/${'x'.repeat(22_000)}`,
      channels: [{ type: 'messenger', value: String(i) }],
    }));
    expect(() => compile(people)).toThrow(/^compiles to 25\.\d MB, and an Asset may have 25 MB/);
    expect(compile(people.slice(0, 600)).warnings).toContainEqual(
      expect.stringMatching(/^compiles to 12\.\d MB: Twilio has documented 10 MB/),
    );
  });
});

describe('a customer is left out', () => {
  test.each([
    ['who is not an object', null, 'not an object', 'record 1'],
    ['without a customer_id', { channels: [{}] }, 'customer_id is missing', 'record 1'],
    ['with another name for it', { id: 'C-1', channels: [{}] }, 'which id may be', 'record 1'],
    ['with an empty customer_id', { customer_id: ' ', channels: [{}] }, 'customer_id is missing', 'record 1'],
    ['without channels', { customer_id: 'C-1' }, 'channels is missing', 'record 1 (customer_id "C-1")'],
    [
      'with no channel',
      { customer_id: 'C-1', channels: [] },
      'channels is missing',
      'record 1 (customer_id "C-1")',
    ],
    [
      'whose only address cannot be read',
      { customer_id: 'C-1', channels: [{ type: 'sms', value: '0123' }] },
      'no address that can be used',
      'record 1 (customer_id "C-1")',
    ],
    [
      'whose customer_id is an address, which is not shown',
      { customer_id: 'ada@example.com', channels: [] },
      'channels is missing',
      'record 1 (customer_id •••)',
    ],
  ])('%s', (_name, record, reason, place) => {
    const { json, warnings } = compile([record]);
    expect(json).toBe('[\n]\n');
    const about = warnings.filter((warning) => warning.startsWith('1 customer left out: '));
    expect(about).toEqual([expect.stringContaining(reason)]);
    expect(about[0]).toMatch(new RegExp(`: ${place.replace(/[()]/g, '\\$&')}$`));
  });

  test('and nobody else, unless they are more than a tenth', () => {
    const people = Array.from({ length: 10 }, (_, i) => ({
      customer_id: `C-${i}`,
      display_name: 'Ada',
      channels: i === 0 ? [] : [{ type: 'messenger', value: String(i) }],
    }));
    expect(JSON.parse(compileCustomers(JSON.stringify(people)).json)).toHaveLength(9);
    const fewer = JSON.stringify(people.slice(0, 9));
    expect(() => compileCustomers(fewer)).toThrow(
      /^1 of 9 customers cannot be used, more than 10%: .*CUSTOMERS_MAX_UNUSABLE=12% in \.env to use the others\n1 customer left out: channels is missing.*: record 1 \(customer_id "C-0"\)$/,
    );
    expect(() => compileCustomers(fewer, { CUSTOMERS_MAX_UNUSABLE: '12%' })).not.toThrow();
  });
});

describe('an address is left out of its customer', () => {
  const email = { type: 'email', value: 'ada@example.com' };
  const leftOut = (channel: object) => {
    const { json, warnings } = compile([at(email, channel)]);
    expect(JSON.parse(json)).toEqual([['email:ada@example.com', 'C-1', 'Ada']]);
    expect(warnings).toHaveLength(1);
    return warnings[0];
  };

  test.each(['0123', 'call me', '+1 415 555', '(415) 555-0147', '+1 415 555 0147 999 999'])(
    'that is not a phone number: %s',
    (value) => {
      const warning = leftOut({ type: 'sms', value });
      expect(warning).toMatch(
        /^1 address left out: (not a phone number: write it|a phone number without a country code: set).*: record 1 \(customer_id "C-1"\), channels\[1\]\.value$/,
      );
      expect(warning).not.toContain(value);
    },
  );

  test('that is several numbers', () => {
    expect(leftOut({ type: 'sms', value: '+1 415 555 0147 / +1 415 555 0148' })).toContain('several numbers');
  });

  test.each([
    ['ada', 'not an e-mail address'],
    ['ada@', 'not an e-mail address'],
    ['ada@example.com eve@example.com', 'not an e-mail address'],
  ])('that is not an e-mail address: %s', (value, reason) => {
    expect(leftOut({ type: 'email', value })).toContain(reason);
  });

  test.each([
    [{ value: 'a@b.c' }, 'without a type'],
    [{ type: 'sms' }, 'without a value'],
    [{ type: 'sms', value: 14155550147 }, 'without a value'],
    ['sms', 'not an object'],
    [{ type: 'Google Business', value: '1' }, 'of a type that is not a channel'],
    [{ type: 'sms', value: '3.36796E+10' }, 'a number that Excel has shortened'],
    [{ type: 'rcs', value: '415 555 0147' }, 'CRM_DEFAULT_COUNTRY'],
  ])('that is %j', (channel, reason) => {
    expect(leftOut(channel as object)).toContain(reason);
  });
});

test.each(['+49 170 1234567 (2)', '+49 170 1234567 / 8', '+49 170 1234567 x8', '+49 (0)170 1234567'])(
  'a note or an extension is not part of a number: %s',
  (value) => {
    expect(JSON.parse(compile([at({ type: 'sms', value })]).json)).toEqual([['+491701234567', 'C-1', 'Ada']]);
  },
);

test('a type that Twilio does not document is compiled, and said', () => {
  const { json, warnings } = compile([at({ type: 'telegram', value: '1002' })]);
  expect(JSON.parse(json)).toEqual([['telegram:1002', 'C-1', 'Ada']]);
  expect(warnings).toEqual([expect.stringContaining('of a type that Twilio does not document')]);
});

test('an address of several customers is compiled as ambiguous, with their IDs', () => {
  const person = (customer_id: string, ...values: string[]) => ({
    customer_id,
    display_name: customer_id,
    channels: values.map((value) => ({ type: 'sms', value })),
  });
  const { json, warnings, ambiguous } = compile([
    person('C-1', '+14155550147', '+14155550101'),
    person('C-2', '+1 415 555 0147'),
    person('C-3', '+14155550199', '+14155550147'),
    person('C-1', '+14155550147'),
  ]);
  expect(JSON.parse(json)).toEqual([
    ['+14155550101', 'C-1', 'C-1'],
    ['+14155550147', ['C-1', 'C-2', 'C-3']],
    ['+14155550199', 'C-3', 'C-3'],
  ]);
  expect(ambiguous).toEqual([{ key: '+14155550147', customer_ids: ['C-1', 'C-2', 'C-3'] }]);
  expect(warnings).toEqual([
    '2 addresses ambiguous: of several customers, so that nobody is linked: record 2 (customer_id "C-2"), channels[0].value, also that of customer_id "C-1"; record 3 (customer_id "C-3"), channels[1].value, also that of customer_id "C-1", "C-2"',
  ]);
});

test('of several records of one customer, each adds what it knows, and two names are said', () => {
  const at = (value: string, more: object = {}) => ({
    customer_id: 'C-1',
    channels: [{ type: 'sms', value }],
    ...more,
  });
  const { json, warnings } = compile([
    at('+14155550101'),
    at('+14155550102', { display_name: 'Ada', avatar: '/ada.png' }),
    at('+14155550103', { display_name: 'Ada Okafor' }),
  ]);
  expect(JSON.parse(json)).toEqual([
    ['+14155550101', 'C-1', 'Ada', '/ada.png'],
    ['+14155550102', 'C-1', 'Ada', '/ada.png'],
    ['+14155550103', 'C-1', 'Ada', '/ada.png'],
  ]);
  expect(warnings).toEqual([
    '1 name or avatar to look at: another name than an earlier record of that customer_id, which counts: record 3 (customer_id "C-1")',
  ]);
});

test('records of one customer whose names contradict each other show none, in whatever order', () => {
  const called = (display_name: string, i: number) => ({
    customer_id: 'C-1',
    display_name,
    channels: [{ type: 'sms', value: `+1415555010${i}` }],
  });
  for (const names of [
    ['Ada', 'Ada Okafor', 'Ada Smith'],
    ['Ada Okafor', 'Ada Smith', 'Ada'],
  ]) {
    expect(JSON.parse(compile(names.map(called)).json)[0]).toEqual(['+14155550100', 'C-1', null]);
  }
  const parts = ['Okafor', 'Ada', 'Ada Okafor'].map(called);
  expect(JSON.parse(compile(parts).json)[0]).toEqual(['+14155550100', 'C-1', 'Okafor']);
});

describe('a warning tells', () => {
  const email = { type: 'email', value: 'ada@example.com' };

  test.each(['avatars/ada.png', 'ftp://example.com/ada.png', 'data:image/png;base64,AA'])(
    'that the avatar %s is not a web address, and is left out',
    (avatar) => {
      const { json, warnings } = compile([{ ...at(email), avatar }]);
      expect(warnings).toEqual([
        expect.stringMatching(/avatar that is not a web address.*record 1 \(customer_id "C-1"\)$/),
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

  test.each([
    ['x'.repeat(257), 'a name of over 256 characters: workers see its beginning'],
    [undefined, 'no name: workers see the address'],
    ['\u0000\u202E', 'no name: workers see the address'],
    [5, 'display_name is not text: put it in quotation marks'],
  ])('of the name %p', (display_name, reason) => {
    expect(compile([{ ...at(email), display_name }]).warnings[0]).toBe(
      `1 name or avatar to look at: ${reason}: record 1 (customer_id "C-1")`,
    );
  });

  test('the first ten places, and the count of the rest; the report has all of them', () => {
    const people = Array.from({ length: 1012 }, (_, i) => ({ ...at(email), customer_id: i, channels: [] }));
    const { warnings, report } = compile(people);
    expect(warnings).toEqual([expect.stringMatching(/^1,012 customers left out: .*; and 1,002 more$/)]);
    expect(warnings[0]?.match(/record \d+/g)).toHaveLength(10);
    expect(report.join().match(/record \d+/g)).toHaveLength(1012);
  });
});

test('a list of nobody, and characters that cannot be read, are said', () => {
  expect(compile([]).warnings).toEqual([
    '1 file to look at: nobody is listed, so that nobody is linked: no record',
  ]);
  const jose = { ...at({ type: 'sms', value: '+14155550147' }), display_name: 'Jos\uFFFD' };
  expect(compile([jose]).warnings).toEqual([
    '1 file to look at: some characters cannot be read: save it as UTF-8: all of it',
  ]);
});

test('a byte order mark, which spreadsheets write, does no harm', () => {
  expect(compileCustomers('\uFEFF[]').json).toBe('[\n]\n');
});

test('JSON that is nested too deeply to be read is said to be no customers', () => {
  const deep = '['.repeat(200_000);
  expect(() => compileCustomers(deep)).toThrow(/^is not valid JSON, and nested too deeply to say where$/);
  expect(() => compileCustomers(`${deep}${']'.repeat(200_000)}`)).toThrow(Problem);
});

test.each([
  ...['+14155550147', '+33123456789', '+5511987654321', '+5511887654321', '+390612345678', '+5215512345678'],
  ...['+1415555', '+49017012345678', '+999123456789', '+123456789012345'],
])('the number %s is read alike with and without a space in it', (number) => {
  const json = (value: string) =>
    compile([at({ type: 'sms', value }, { type: 'messenger', value: '1' })]).json;
  expect(json(number)).toBe(json(number.replace(/(?<=\+\d)/, ' ')));
});

test('whatever the records are, the build does not crash, and nobody gets an address that they do not have', () => {
  const number = fc.integer({ min: 2_000_000, max: 2_000_030 }).map((n) => `+1415${n}`);
  const dirt = fc.oneof(fc.constantFrom('', ' ', '3.36796E+10', 'n/a', 5, null), fc.string(), fc.anything());
  const channel = fc.oneof(fc.record({ type: fc.constantFrom('sms', 'whatsapp'), value: number }), dirt);
  const person = fc.record(
    {
      customer_id: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('C-1', 'C-2'), dirt),
      display_name: fc.oneof(fc.string(), dirt),
      avatar: dirt,
      channels: fc.oneof({ weight: 4, arbitrary: fc.array(channel, { maxLength: 4 }) }, dirt),
    },
    { requiredKeys: [] },
  );
  // As JSON has it: what cannot be there is gone.
  const people = fc.array(fc.oneof({ weight: 4, arbitrary: person }, dirt)).map(asJson);
  fc.assert(
    fc.property(people, (records) => {
      const { customers } = compileCustomers(JSON.stringify(records), { CUSTOMERS_MAX_UNUSABLE: '100%' });
      for (const { key, customer_id } of customers.filter(({ key }) => key.startsWith('+1415'))) {
        const owners = records.filter((record) => JSON.stringify(record)?.includes(`"${key}"`)) as {
          customer_id: unknown;
        }[];
        expect(owners.map((owner) => String(owner.customer_id).trim())).toContain(customer_id);
      }
    }),
    { numRuns: 300 },
  );
});

function asJson(value: unknown): unknown[] {
  return JSON.parse(JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? String(one) : one)));
}
