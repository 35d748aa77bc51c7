import { ada, customer, useFakeCrms } from '../../helpers/fake-crms';

const { apis, find } = useFakeCrms();
const search = () => JSON.parse(apis().calls.at(-1)?.body ?? '');

test('looks at the phone, the mobile and the WhatsApp number', async () => {
  await find('hubspot', '+14155550147');
  const filters = search().filterGroups.flatMap(
    ({ filters }: { filters: { propertyName: string }[] }) => filters,
  );
  expect(filters.map(({ propertyName }: { propertyName: string }) => propertyName)).toEqual([
    'phone',
    'mobilephone',
    'hs_whatsapp_phone_number',
    'hs_searchable_calculated_phone_number',
    'hs_searchable_calculated_mobile_number',
  ]);
  apis().know({ ...ada, phone: undefined, mobile: '+1 415 555 0147' });
  expect(await find('hubspot', '+14155550147')).toEqual(customer);
});

test('finds a number in a form of its own by HubSpot’s searchable numbers', async () => {
  for (const phone of ['+1 / 415 / 5550147', '(+1) 415-5550147']) {
    apis().know({ ...ada, phone });
    expect([phone, await find('hubspot', '+14155550147')]).toEqual([phone, customer]);
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
  ];
  expect(search().properties).toEqual(needed);
  const settings = { HUBSPOT_AVATAR_PROPERTY: 'photo_url' };
  expect(await find('hubspot', '+14155550147', settings)).toEqual({ ...customer, avatar });
  expect(search().properties).toEqual([...needed, 'photo_url']);
  apis().fault = { status: 400 };
  await expect(find('hubspot', '+14155550147', settings)).rejects.toThrow(
    'is HUBSPOT_AVATAR_PROPERTY a property',
  );
});

test('decides nothing where there are too many to see', async () => {
  apis().know(...Array.from({ length: 101 }, (_, i) => ({ ...ada, id: String(i) })));
  await expect(find('hubspot', '+14155550147')).rejects.toThrow('HubSpot has 100 contacts or more');
});
