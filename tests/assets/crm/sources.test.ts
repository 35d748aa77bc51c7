import { CRM_NAMES, fakeCrm } from '../../../tools/fakes/fake-crms';
import { ada, customer, requiredSettings, useFakeCrms } from '../../helpers/fake-crms';
import { useSkippedPauses } from '../../helpers/skipped-pauses';

const TYPED_IN = CRM_NAMES.filter((name) => fakeCrm(name).hasTypedNumbers);
/** What no API is asked for. */
const UNEXPECTED = [
  'null',
  '[]',
  '{"records":[[]]}',
  '{"results":[[]]}',
  '"text"',
  '{}',
  '{"records":{}}',
  '{"results":[null]}',
  '{"data":7}',
];

const { apis, find, log } = useFakeCrms();
useSkippedPauses();
const outcomes = () => apis().calls.map(({ outcome }) => outcome);

describe.each(CRM_NAMES)('%s', (name) => {
  const { crm, settings, credentials } = fakeCrm(name);

  test.each([
    `x' OR Name LIKE '%@example.com`,
    `x\\' OR Name != '@example.com`,
    `ada@x\\`,
    `"@example.com`,
    `x", "") = "" & "@example.com`,
    `x\\" = "@example.com`,
    `x\n\r\t@example.com`,
    `{Name}@example.com`,
    `x') OR Id IN ('1001@example.com`,
    `*@example.com`,
  ])('takes the address %j for nothing but an address', async (value) => {
    apis().know(ada);
    expect(await find(name, `email:${value}`)).toBeUndefined();
    apis().know(ada, { ...ada, id: '1002', email: value.toLowerCase() });
    expect(await find(name, `email:${value}`)).toMatchObject({ customer_id: '1002' });
    // Neither is an error of the CRM's.
    expect([200, 404]).toEqual(expect.arrayContaining(outcomes()));
  });

  test('finds a customer by a phone number, on any channel', async () => {
    expect(await find(name, '+14155550147')).toEqual(customer);
    expect(await find(name, 'whatsapp:+14155550147')).toEqual(customer);
  });

  test('finds a customer by an e-mail address', async () => {
    expect(await find(name, 'ada@example.com')).toEqual(customer);
  });

  test('knows nobody by an address that no customer has', async () => {
    expect(await find(name, '+14155550148')).toBeUndefined();
    expect(await find(name, 'eve@example.com')).toBeUndefined();
    expect(await find(name, 'messenger:1002003004')).toBeUndefined();
    expect(log()).toEqual([]);
  });

  test('goes on if the API asks to slow down, and the time allows it', async () => {
    for (const status of [500, 502, 503, 504]) {
      apis().faults = [{ status }];
      expect(await find(name, '+14155550147')).toEqual(customer);
    }
    apis().faults = [{ status: 429, headers: { 'Retry-After': '0' } }];
    expect(await find(name, '+14155550147')).toEqual(customer);
    apis().faults = [{ status: 429, headers: { 'Retry-After': new Date().toUTCString() } }];
    expect(await find(name, '+14155550147')).toEqual(customer);
  });

  test.each<[number, () => string]>([
    [429, () => '60'],
    [503, () => new Date(Date.now() + 60_000).toUTCString()],
  ])(
    'gives up at once if the API answers %i, and asks for more time than there is',
    async (status, retryAfter) => {
      apis().fault = { status, headers: { 'Retry-After': retryAfter() } };
      await expect(find(name, '+14155550147')).rejects.toThrow(`${crm} answered ${status}: `);
      apis().fault = undefined;
      await expect(find(name, '+14155550147')).rejects.toThrow('not asked');
      expect(outcomes()).toEqual([status]);
    },
  );

  test('asks again until the time is up, with growing pauses, if the API stays busy', async () => {
    apis().fault = { status: 503 };
    const startedAt = performance.now();
    await expect(find(name, '+14155550147', { CRM_TIMEOUT_MS: '1500' })).rejects.toThrow(
      `${crm} answered 503`,
    );
    expect(performance.now() - startedAt).toBeLessThan(1600);
    expect(outcomes().length).toBeGreaterThanOrEqual(3);
    expect(outcomes().length).toBeLessThanOrEqual(5);
  });

  test('asks again on a connection of its own if one is dropped', async () => {
    apis().faults = ['drop'];
    expect(await find(name, '+14155550147')).toEqual(customer);
    apis().fault = 'drop';
    apis().calls.length = 0;
    await expect(find(name, '+14155550147')).rejects.toThrow(`${crm} dropped the connection (ECONNRESET)`);
    expect(outcomes()).toEqual(['drop', 'drop']);
  });

  test.each([401, 403])('names the setting to look at if it is answered %i', async (status) => {
    apis().fault = { status };
    await expect(find(name, '+14155550147')).rejects.toThrow(
      `CRM_SOURCE ${name}: ${crm} answered ${status}: `,
    );
    if (status === 401) await expect(find(name, '+14155550147')).rejects.toThrow(credentials);
  });

  test.each<[string, Parameters<typeof Object.assign>[1], string]>([
    ['501', { status: 501 }, 'answered 501: it has a problem of its own'],
    [
      'a redirect',
      { status: 302, headers: { Location: 'https://elsewhere.example/' } },
      'answered 302: redirects are not followed',
    ],
    ['malformed JSON', 'malformed', 'answered 200 with malformed JSON'],
    ['2 MB', 'huge', 'answered more than 1 MB'],
  ])('fails at once if it is answered %s', async (_name, fault, reason) => {
    apis().fault = fault;
    await expect(find(name, '+14155550147')).rejects.toThrow(`CRM_SOURCE ${name}: ${crm} ${reason}`);
    expect(apis().calls).toHaveLength(1);
  });

  test.each([
    ['2 MB', 'x'.repeat(2 * 1024 * 1024)],
    ['half an object', '{'],
    ['null', 'null'],
    ['an empty list', '[]'],
    ['a list of null', '[null]'],
    ['an object for a message', '{"error":{"type":{"message":"Ada"}}}'],
    ['a name for a code', '[{"errorCode":"Ada Okafor"}]'],
    ['a number for a code', '{"category":"+14155550147"}'],
    ['a code that is too long', `{"error":"${'ADA_'.repeat(20)}X"}`],
  ])('says nothing of an error that it cannot read: %s', async (_name, body) => {
    jest.spyOn(fakeCrm(name), 'answer').mockReturnValue({ status: 418, body });
    await expect(find(name, '+14155550147')).rejects.toThrow(
      new RegExp(`^CRM_SOURCE ${name}: ${crm} answered 418$`),
    );
  });

  test.each(['hang', 'drip'] as const)('is not waited for if the API %ss', async (fault) => {
    apis().fault = fault;
    const answer = find(name, '+14155550147', { CRM_TIMEOUT_MS: '200' });
    await expect(answer).rejects.toThrow(`CRM_SOURCE ${name}: no answer in time`);
    expect(apis().calls).toHaveLength(1);
  });

  const { nobody = [] } = fakeCrm(name);
  test.each(UNEXPECTED.filter((body) => !nobody.includes(body)))(
    'fails if the API answers %s',
    async (body) => {
      jest.spyOn(fakeCrm(name), 'answer').mockReturnValue({ status: 200, body });
      await expect(find(name, '+14155550147')).rejects.toThrow(`CRM_SOURCE ${name}: `);
    },
  );

  if (nobody.length > 0) {
    test.each(nobody)('knows nobody if the API answers %s', async (body) => {
      jest.spyOn(fakeCrm(name), 'answer').mockReturnValue({ status: 200, body });
      expect(await find(name, '+14155550147')).toBeUndefined();
    });
  }

  test.each(requiredSettings(name))('names %s if it is not set', async (setting) => {
    await expect(find(name, '+14155550147', { [setting]: ' ' })).rejects.toThrow(
      `CRM_SOURCE ${name}: ${setting} is not set`,
    );
    expect(apis().calls).toEqual([]);
  });

  test('shows no credentials, no number and no name in an error', async () => {
    for (const fault of [{ status: 401 }, { status: 500 }, 'malformed', 'drop', 'huge'] as const) {
      apis().fault = fault;
      const error = await find(name, '+14155550147', { CRM_TIMEOUT_MS: '300' }).catch(String);
      for (const secret of [...Object.values(settings), '4155550147', 'Ada'])
        expect(error).not.toContain(secret);
    }
  });
});

describe.each(TYPED_IN)('%s, where people type numbers as they like,', (name) => {
  const CRM_DEFAULT_COUNTRY = 'US';

  test.each([
    '+14155550147',
    '14155550147',
    '4155550147',
    '(415) 555-0147',
    '(415)555-0147',
    '415-555-0147',
    '415.555.0147',
    '415 555 0147',
    '+1 415 555 0147',
    '+1 415-555-0147',
    '+1 (415) 555-0147',
    '1-415-555-0147',
    '1 (415) 555-0147',
    '0014155550147',
    '+1/415/555/0147',
    '+1 415 555 0147 ext. 12',
  ])('finds the number that is written %s', async (phone) => {
    apis().know({ ...ada, phone });
    expect(await find(name, 'whatsapp:+14155550147', { CRM_DEFAULT_COUNTRY })).toEqual(customer);
    expect(await find(name, '+14155550148', { CRM_DEFAULT_COUNTRY })).toBeUndefined();
  });

  test.each(['+33679571533', '+33 6 79 57 15 33', '33679571533', '0033679571533', '+33 (0)6 79 57 15 33'])(
    'finds the number of another country that is written %s',
    async (phone) => {
      apis().know({ ...ada, phone });
      expect(await find(name, '+33679571533', { CRM_DEFAULT_COUNTRY })).toEqual(customer);
    },
  );

  test.each(['06 79 57 15 33', '0679571533', '06.79.57.15.33', '06-79-57-15-33'])(
    'finds the number that is written %s in the default country',
    async (phone) => {
      apis().know({ ...ada, phone });
      expect(await find(name, '+33679571533', { CRM_DEFAULT_COUNTRY: 'FR' })).toEqual(customer);
      expect(await find(name, '+33679571533', { CRM_DEFAULT_COUNTRY: 'US' })).toBeUndefined();
      expect(await find(name, '+33679571533')).toBeUndefined();
    },
  );

  test.each([
    '+14155550147 (wife)',
    '415 555 0147 WRONG NUMBER',
    'Fax +14155550147',
    'emergency: 4155550147',
  ])('finds nobody by the number of somebody else that is written %s', async (phone) => {
    apis().know({ ...ada, phone });
    expect(await find(name, '+14155550147', { CRM_DEFAULT_COUNTRY })).toBeUndefined();
  });

  test('reads numbers without a country code in the country of the number that the customer wrote to', async () => {
    apis().know({ ...ada, phone: '(415) 555-0147' });
    expect(await find(name, '+14155550147', {}, '+18335550100')).toEqual(customer);
    expect(await find(name, 'whatsapp:+14155550147', {}, 'whatsapp:+18335550100')).toEqual(customer);
    apis().know({ ...ada, phone: '06 79 57 15 33' });
    expect(await find(name, '+33679571533', {}, '+33140205050')).toEqual(customer);
    expect(await find(name, '+33679571533', {}, '+14155550100')).toBeUndefined();
    expect(await find(name, '+33679571533', { CRM_DEFAULT_COUNTRY: 'FR' }, '+14155550100')).toEqual(customer);
    for (const proxy of [undefined, '12345', 'messenger:1002003', 'ACME']) {
      expect(await find(name, '+33679571533', {}, proxy)).toBeUndefined();
    }
  });

  test('tells people apart whose numbers differ in the country alone', async () => {
    // San Miguel de Allende in Mexico has the area code of San Francisco.
    apis().know({ ...ada, phone: '+1 415 555 0147' }, { ...ada, id: '1002', phone: '+52 415 555 0147' });
    expect(await find(name, '+14155550147', {}, '+525512345678')).toEqual(customer);
    expect(await find(name, '+524155550147', {}, '+14155550100')).toEqual({
      ...customer,
      customer_id: '1002',
    });
    expect(log()).toEqual([]);
  });

  test('finds a WhatsApp number in the form that the CRM has', async () => {
    for (const [address, phone] of [
      ['whatsapp:+551161234567', '(11) 96123-4567'],
      ['whatsapp:+5511961234567', '+55 11 6123 4567'],
      ['whatsapp:+5491123456789', '+54 11 2345-6789'],
      ['whatsapp:+5215512345678', '+52 55 1234 5678'],
      ['whatsapp:+525512345678', '+52 1 55 1234 5678'],
    ] as const) {
      apis().know({ ...ada, phone });
      const proxyAddress = address.replace(/\d{8}$/, '22334455');
      expect([phone, await find(name, address, {}, proxyAddress)]).toEqual([phone, customer]);
    }
  });

  test('takes nobody whose number has other digits, or another country code', async () => {
    for (const phone of ['+54155550147', '+141555501472', '415555014', '54155550147', '+4414155550147']) {
      apis().know({ ...ada, phone });
      expect([phone, await find(name, '+14155550147', { CRM_DEFAULT_COUNTRY })]).toEqual([phone, undefined]);
    }
    // Without a plus, and in the US, this is a number in Arkansas; with one, it is a number in Norway.
    for (const phone of ['479-234-5678', '4792345678']) {
      apis().know({ ...ada, phone });
      expect([phone, await find(name, '+4792345678', { CRM_DEFAULT_COUNTRY })]).toEqual([phone, undefined]);
    }
  });

  test('takes none of two customers, and says so with their ids alone', async () => {
    apis().know(ada, {
      ...ada,
      id: '1002',
      firstName: 'Eve',
      phone: '+1 415 555 0147',
      email: 'ADA@example.com',
    });
    expect(await find(name, '+14155550147')).toBeUndefined();
    expect(await find(name, 'ada@example.com')).toBeUndefined();
    expect(log()).toEqual([
      '+1415•••0147 is ambiguous: customer_id "1001", "1002" have it, none is taken',
      'email:••• is ambiguous: customer_id "1001", "1002" have it, none is taken',
    ]);
  });

  test('names CRM_DEFAULT_COUNTRY if it is not a country', async () => {
    const answer = find(name, '+14155550147', { CRM_DEFAULT_COUNTRY: 'usa' });
    await expect(answer).rejects.toThrow('CRM_DEFAULT_COUNTRY is not a country');
  });

  test('asks nothing about an address that its contacts do not have', async () => {
    expect(await find(name, 'messenger:1002003004')).toBeUndefined();
    expect(await find(name, '12345')).toBeUndefined();
    expect(apis().calls).toEqual([]);
  });
});
