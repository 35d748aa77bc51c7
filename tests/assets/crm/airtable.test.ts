import { ada, customer, useFakeCrms } from '../../helpers/fake-crms';

const { apis, find } = useFakeCrms();
const avatar = 'https://example.com/ada.png';

test('takes the avatar from a URL, or from the first attachment', async () => {
  apis().know({ ...ada, avatar });
  expect(await find('airtable', '+14155550147')).toEqual({ ...customer, avatar });
  expect(await find('airtable', '+14155550147', { AIRTABLE_AVATAR_FIELD: 'Photo' })).toEqual({
    ...customer,
    avatar,
  });
  expect(await find('airtable', '+14155550147', { AIRTABLE_AVATAR_FIELD: 'None' })).toEqual(customer);
});

test('finds fields by names that need escapes', async () => {
  apis().know({ ...ada, email: 'ada@work.example' });
  expect(await find('airtable', 'ada@work.example', { AIRTABLE_EMAIL_FIELD: 'E-mail {work}' })).toEqual(
    customer,
  );
});

test('compares digits alone, whatever stands between them', async () => {
  for (const phone of ['+1/415/555/0147', '+1 415 5550147', ' +1  415--555 0147 ']) {
    apis().know({ ...ada, phone });
    expect([phone, await find('airtable', '+14155550147')]).toEqual([phone, customer]);
  }
});

test('compares e-mail addresses without regard to case, and to spaces around them', async () => {
  apis().know({ ...ada, email: ' Ada@Example.com ' });
  expect(await find('airtable', 'ADA@example.com')).toEqual(customer);
});

test('asks for two records, so that it sees an ambiguity, in a URL of bounded length', async () => {
  apis().know();
  for (const [number, CRM_DEFAULT_COUNTRY] of Object.entries({
    '+14155550147': 'US',
    '+5511987654321': 'BR',
  })) {
    await find('airtable', number, { CRM_DEFAULT_COUNTRY });
    const { path = '', host } = apis().calls.at(-1) ?? {};
    expect(new URL(path, `https://${host}`).searchParams.get('maxRecords')).toBe('2');
    expect(path.length).toBeLessThan(4000);
  }
});

test.each([
  [404, 'AIRTABLE_BASE_ID and AIRTABLE_TABLE'],
  [422, 'AIRTABLE_PHONE_FIELD and AIRTABLE_EMAIL_FIELD'],
])('names what to look at where it is answered %i', async (status, variables) => {
  apis().fault = { status };
  await expect(find('airtable', '+14155550147')).rejects.toThrow(
    `Airtable answered ${status}: are ${variables}`,
  );
});
