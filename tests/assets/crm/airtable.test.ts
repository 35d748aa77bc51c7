import type { Contact } from '../../../tools/fakes/fake-crms';
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

test.each<[string, Contact['phone']]>([
  ['a number', 14155550147],
  ['a number without the country code', 4155550147],
  ['a list, as look-ups have it', ['+1 415 555 0100', '(415) 555-0147']],
])('finds a phone number in a field that has %s', async (_name, phone) => {
  apis().know({ ...ada, phone });
  expect(await find('airtable', '+14155550147', {}, '+14155550100')).toEqual(customer);
});

test('finds short numbers by as many digits as they have', async () => {
  apis().know({ ...ada, phone: '21 123' }, { ...ada, id: '1002', phone: '21 124' });
  expect(await find('airtable', '+68221123', {}, '+68222334')).toEqual(customer);
});

test.each([
  ['AIRTABLE_NAME_FIELD', 'Names', { customer_id: '1001', display_name: 'Ada Okafor' }],
  ['AIRTABLE_NAME_FIELD', 'Customer number', { customer_id: '1001', display_name: '7' }],
  ['AIRTABLE_NAME_FIELD', 'Mobile', { customer_id: '1001' }],
  ['AIRTABLE_ID_FIELD', 'Customer number', { customer_id: '7', display_name: 'Ada Okafor' }],
])('takes %s from the field %s', async (setting, field, expected) => {
  apis().know({ ...ada, number: '7' });
  expect(await find('airtable', '+14155550147', { [setting]: field })).toEqual(expected);
});

test('takes none of several customers whom one record is of', async () => {
  const lists = { AIRTABLE_ID_FIELD: 'Customer number' };
  apis().know({ ...ada, number: '7,8' });
  expect(await find('airtable', '+14155550147', lists)).toBeUndefined();
  for (const number of ['7,7', '7,', ',7']) {
    apis().know({ ...ada, number });
    expect(await find('airtable', '+14155550147', lists)).toMatchObject({ customer_id: '7' });
  }
});

test('takes no empty text in a list for an ID', async () => {
  apis().know({ ...ada, phone: ['', '4155550147'] });
  expect(await find('airtable', 'ada@example.com', { AIRTABLE_ID_FIELD: 'Phone' })).toEqual({
    ...customer,
    customer_id: '4155550147',
  });
});

test('says if AIRTABLE_ID_FIELD is empty', async () => {
  await expect(find('airtable', '+14155550147', { AIRTABLE_ID_FIELD: 'Customer number' })).rejects.toThrow(
    'the customer found has no customer_id: is it empty in the CRM',
  );
});

test('asks in a short URL, and decides nothing if there are too many to see', async () => {
  apis().know(...Array.from({ length: 101 }, (_, i) => ({ ...ada, id: String(i) })));
  await expect(find('airtable', '+14155550147')).rejects.toThrow('Airtable has 100 records or more');
  expect(apis().calls.at(-1)?.path.length).toBeLessThan(300);
});

test('does not ask again in the 30 s in which Airtable refuses everything', async () => {
  apis().fault = { status: 429 };
  await expect(find('airtable', '+14155550147')).rejects.toThrow(
    'Airtable answered 429: a base answers five',
  );
  expect(apis().calls).toHaveLength(1);
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
