import { ada, customer, useFakeCrms } from '../../helpers/fake-crms';

const { apis, find } = useFakeCrms();
const search = () => JSON.parse(apis().calls.at(-1)?.body ?? '');

test('searches what HubSpot makes of numbers, in E.164 and in digits, and the WhatsApp number', async () => {
  await find('hubspot', '+14155550147');
  const filters: { propertyName: string; operator: string; value?: string; values?: string[] }[] =
    search().filterGroups.flatMap(({ filters }: { filters: object[] }) => filters);
  expect(filters.map(({ propertyName }) => propertyName)).toEqual([
    'hs_calculated_phone_number',
    'hs_calculated_mobile_number',
    'hs_searchable_calculated_phone_number',
    'hs_searchable_calculated_mobile_number',
    'hs_whatsapp_phone_number',
  ]);
  expect(filters[0]).toMatchObject({ operator: 'EQ', value: '+14155550147' });
  expect(filters[2]).toMatchObject({ operator: 'IN', values: expect.arrayContaining(['4155550147']) });
  for (const changed of [
    { phone: undefined, mobile: '+1 415 555 0147' },
    { phone: undefined, whatsapp: '14155550147' },
  ]) {
    apis().know({ ...ada, ...changed });
    expect(await find('hubspot', '+14155550147')).toEqual(customer);
  }
});

test('searches e-mail addresses in lower case', async () => {
  expect(await find('hubspot', 'Ada@Example.com')).toEqual(customer);
  expect(search().filterGroups).toEqual([
    { filters: [{ propertyName: 'email', operator: 'EQ', value: 'ada@example.com' }] },
  ]);
});

test('searches digits with and without the zeros before them, which HubSpot may leave out', async () => {
  await find('hubspot', '+442079460018');
  const [, , searchable] = search().filterGroups;
  expect(searchable.filters[0].values).toEqual(expect.arrayContaining(['011442079460018', '11442079460018']));
});

test('goes by the country that HubSpot knows, and not by the number that the customer wrote to', async () => {
  // Valid in the United States and in Mexico; the account of HubSpot is in the United States.
  apis().know({ ...ada, phone: '(415) 555-0147' });
  expect(await find('hubspot', '+14155550147', {}, '+525512345678')).toEqual(customer);
  expect(await find('hubspot', '+524155550147', {}, '+525512345678')).toBeUndefined();
});

test('takes customer_id from HUBSPOT_ID_PROPERTY, and says if it is empty', async () => {
  const settings = { HUBSPOT_ID_PROPERTY: 'customer_number' };
  apis().know({ ...ada, number: 'C-7' });
  expect(await find('hubspot', '+14155550147', settings)).toEqual({ ...customer, customer_id: 'C-7' });
  apis().know(ada);
  await expect(find('hubspot', '+14155550147', settings)).rejects.toThrow(
    'the customer found has no customer_id: is it empty in the CRM, or not the field that is set?',
  );
});

test('asks in less than 3,000 characters, whatever the number and the settings', async () => {
  apis().know();
  const name = 'x'.repeat(100);
  for (const number of ['+5511961234567', '+5491123456789', '+525512345678', '+14155550147']) {
    await find('hubspot', number, { HUBSPOT_ID_PROPERTY: name, HUBSPOT_AVATAR_PROPERTY: name });
    expect(apis().calls.at(-1)?.body.length).toBeLessThan(3000);
  }
});

test('takes nobody whose searchable number is the same in another country', async () => {
  apis().know(ada);
  expect(await find('hubspot', '+444155550147')).toBeUndefined();
  expect(apis().calls).toHaveLength(1);
});

test.each([
  [{}, 'Ada Okafor'],
  [{ firstName: undefined }, 'Okafor'],
  [{ firstName: undefined, lastName: undefined, company: 'Okafor Ltd' }, 'Okafor Ltd'],
  [{ firstName: '', lastName: '' }, 'ada@example.com'],
])('shows a contact with %p as %s', async (changed, display_name) => {
  apis().know({ ...ada, ...changed });
  expect(await find('hubspot', '+14155550147')).toEqual({ customer_id: '1001', display_name });
});

test('takes the avatar from HUBSPOT_AVATAR_PROPERTY, and asks for no more than it needs', async () => {
  const avatar = 'https://example.com/ada.png';
  apis().know({ ...ada, avatar });
  expect(await find('hubspot', '+14155550147')).toEqual(customer);
  const needed = [
    'firstname',
    'lastname',
    'company',
    'email',
    'phone',
    'mobilephone',
    'hs_whatsapp_phone_number',
    'hs_calculated_phone_number',
    'hs_calculated_mobile_number',
  ];
  expect(search().properties).toEqual(needed);
  const settings = { HUBSPOT_AVATAR_PROPERTY: 'photo_url' };
  expect(await find('hubspot', '+14155550147', settings)).toEqual({ ...customer, avatar });
  expect(search().properties).toEqual([...needed, 'photo_url']);
  apis().fault = { status: 400 };
  await expect(find('hubspot', '+14155550147', settings)).rejects.toThrow(
    'are HUBSPOT_ID_PROPERTY and HUBSPOT_AVATAR_PROPERTY internal names',
  );
});

test('decides nothing if there are too many to see', async () => {
  apis().know(...Array.from({ length: 101 }, (_, i) => ({ ...ada, id: String(i) })));
  await expect(find('hubspot', '+14155550147')).rejects.toThrow('HubSpot has 100 contacts or more');
});
