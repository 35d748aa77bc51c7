import { fake as salesforce, sessions } from '../../../tools/fakes/crms/salesforce';
import { ada, customer, useFakeCrms } from '../../helpers/fake-crms';

const { apis, find, log } = useFakeCrms();
const requests = () => apis().calls.map(({ method, host, path }) => `${method} ${host}${path.split('?')[0]}`);
const LOGIN = 'POST acme.my.salesforce.com/services/oauth2/token';
const SEARCH = 'GET acme--eu.my.salesforce.com/services/data/v60.0/search';

test('logs in once for a warm instance', async () => {
  expect(await find('salesforce', '+14155550147')).toEqual(customer);
  expect(await find('salesforce', '+14155550148')).toBeUndefined();
  expect(requests()).toEqual([LOGIN, SEARCH, SEARCH]);
});

test('logs in once for look-ups at the same time', async () => {
  await Promise.all([find('salesforce', '+14155550147'), find('salesforce', '+14155550148')]);
  expect(requests()).toEqual([LOGIN, SEARCH, SEARCH]);
});

test('logs in again, and once, if the session is refused', async () => {
  await find('salesforce', '+14155550147');
  sessions.valid.clear();
  apis().calls.length = 0;
  const found = await Promise.all([find('salesforce', '+14155550147'), find('salesforce', '+14155550147')]);
  expect(found).toEqual([customer, customer]);
  expect(requests().filter((request) => request === LOGIN)).toHaveLength(1);

  apis().calls.length = 0;
  apis().faults = [{ status: 401 }];
  expect(await find('salesforce', '+14155550147')).toEqual(customer);
  expect(requests()).toEqual([SEARCH, LOGIN, SEARCH]);
});

test('gives up if the new session is refused too', async () => {
  await find('salesforce', '+14155550147');
  apis().calls.length = 0;
  jest.spyOn(sessions.valid, 'has').mockReturnValue(false);
  await expect(find('salesforce', '+14155550147')).rejects.toThrow(
    'Salesforce answered 401 (INVALID_SESSION_ID): has the app the scope api',
  );
  expect(requests()).toEqual([SEARCH, LOGIN, SEARCH]);
});

test('logs in anew if the settings are others', async () => {
  await find('salesforce', '+14155550147');
  await expect(find('salesforce', '+14155550147', { SALESFORCE_CLIENT_ID: 'another' })).rejects.toThrow(
    'answered 400',
  );
  expect(requests()).toEqual([LOGIN, SEARCH, LOGIN]);
});

test('does not keep a log-in that failed', async () => {
  apis().faults = [{ status: 501 }];
  await expect(find('salesforce', '+14155550147')).rejects.toThrow('Salesforce answered 501');
  expect(await find('salesforce', '+14155550147')).toEqual(customer);
});

test.each(['https://login.salesforce.com', 'https://test.salesforce.com/', 'http://acme.my.salesforce.com'])(
  'does not log in at %s, where the flow does not work',
  async (SALESFORCE_LOGIN_URL) => {
    await expect(find('salesforce', '+14155550147', { SALESFORCE_LOGIN_URL })).rejects.toThrow(
      'SALESFORCE_LOGIN_URL is malformed: write it like https://acme.my.salesforce.com',
    );
    expect(apis().calls).toEqual([]);
  },
);

test('says what to look at if the app is not known, or the URL is not one of Salesforce', async () => {
  const SALESFORCE_CLIENT_SECRET = 'another';
  await expect(find('salesforce', '+14155550147', { SALESFORCE_CLIENT_SECRET })).rejects.toThrow(
    'Salesforce answered 400 (invalid_client): SALESFORCE_CLIENT_SECRET is not that of the app',
  );
  const SALESFORCE_LOGIN_URL = 'https://acme--eu.my.salesforce.com';
  await expect(find('salesforce', '+14155550147', { SALESFORCE_LOGIN_URL })).rejects.toThrow(
    'Salesforce answered 404: is SALESFORCE_LOGIN_URL your My Domain',
  );
  for (const url of ['http://acme.my.salesforce.com', 'acme.my.salesforce.com', 'ftp://localhost']) {
    await expect(find('salesforce', '+14155550147', { SALESFORCE_LOGIN_URL: url })).rejects.toThrow(
      'SALESFORCE_LOGIN_URL is malformed: write it like https://acme.my.salesforce.com',
    );
  }
});

test('looks at each number of a contact, and at an e-mail address without regard to case', async () => {
  for (const changed of [{ mobile: '+1 415 555 0147' }, { home: '+1 415 555 0147' }]) {
    apis().know({ ...ada, phone: undefined, ...changed });
    expect(await find('salesforce', '+14155550147')).toEqual(customer);
  }
  apis().know({ ...ada, email: 'Ada@Example.com' });
  expect(await find('salesforce', 'ada@example.COM')).toEqual(customer);
});

test('finds leads, but none that became a contact; a contact wins over a lead, however each has the number', async () => {
  const lead = { ...ada, id: '00Q1', object: 'Lead' as const };
  apis().know(lead);
  for (const address of ['+14155550147', 'ada@example.com']) {
    apis().know(lead);
    expect(await find('salesforce', address)).toEqual({ ...customer, customer_id: '00Q1' });
    expect(await find('salesforce', address, { SALESFORCE_OBJECTS: 'Contact' })).toBeUndefined();
    apis().know({ ...lead, mobile: '4155550147' }, ada);
    expect(await find('salesforce', address, {}, '+14155550100')).toEqual(customer);
    expect(await find('salesforce', address, { SALESFORCE_OBJECTS: 'Lead,Contact' })).toMatchObject({
      customer_id: '00Q1',
    });
    apis().know({ ...lead, object: 'ConvertedLead' });
    expect(await find('salesforce', address)).toBeUndefined();
    apis().know(lead, { ...lead, id: '00Q2' });
    expect(await find('salesforce', address)).toBeUndefined();
  }
});

test('decides nothing if there are too many to see', async () => {
  apis().know(...Array.from({ length: 101 }, (_, i) => ({ ...ada, id: String(i), phone: '+141555501471' })));
  await expect(find('salesforce', '+14155550147')).rejects.toThrow('Salesforce has 100 records or more');
});

test('finds person accounts by the ID of their contact, if SALESFORCE_OBJECTS names them', async () => {
  const settings = { SALESFORCE_OBJECTS: 'PersonAccount, Contact' };
  for (const changed of [{}, { phone: undefined, mobile: '(415) 555-0147' }]) {
    apis().know({ ...ada, object: 'PersonAccount', number: 'C-7', ...changed });
    expect(await find('salesforce', '+14155550147', settings, '+14155550100')).toEqual(customer);
    expect(await find('salesforce', 'ada@example.com', settings)).toEqual(customer);
    const withId = { ...settings, SALESFORCE_ID_FIELD: 'Customer_Number__c' };
    expect(await find('salesforce', '+14155550147', withId, '+14155550100')).toEqual({
      ...customer,
      customer_id: 'C-7',
    });
  }
});

test.each(['Account', 'Contact,', 'contact', 'Contact;Lead', ''])(
  'does not take SALESFORCE_OBJECTS %p, or takes the default',
  async (SALESFORCE_OBJECTS) => {
    const answer = find('salesforce', '+14155550147', { SALESFORCE_OBJECTS });
    if (SALESFORCE_OBJECTS) await expect(answer).rejects.toThrow('SALESFORCE_OBJECTS is malformed');
    else expect(await answer).toEqual(customer);
  },
);

test('asks once for an object that SALESFORCE_OBJECTS names twice', async () => {
  const SALESFORCE_OBJECTS = 'Contact, Contact';
  expect(await find('salesforce', 'ada@example.com', { SALESFORCE_OBJECTS })).toEqual(customer);
  expect(requests()).toEqual([LOGIN, SEARCH.replace('search', 'query')]);
});

test('takes customer_id from SALESFORCE_ID_FIELD', async () => {
  apis().know({ ...ada, number: 'C-7' });
  const settings = { SALESFORCE_ID_FIELD: 'Customer_Number__c' };
  expect(await find('salesforce', '+14155550147', settings)).toEqual({ ...customer, customer_id: 'C-7' });
});

test('leaves a PhotoUrl out that only users of Salesforce can open, and says so', async () => {
  apis().know({ ...ada, avatar: '/services/images/photo/0035e000' });
  const found = await find('salesforce', '+14155550147', { SALESFORCE_AVATAR_FIELD: 'PhotoUrl' });
  expect(found).toEqual(customer);
  expect(log()).toEqual(['customer_id "1001": avatar left out, it is not an http(s) URL']);
});

test('takes the avatar from SALESFORCE_AVATAR_FIELD', async () => {
  const avatar = 'https://example.com/ada.png';
  apis().know({ ...ada, avatar });
  const found = await find('salesforce', '+14155550147', { SALESFORCE_AVATAR_FIELD: 'Photo__c' });
  expect(found).toEqual({ ...customer, avatar });
});

test.each(['Photo__c FROM User', "x'", '1st', 'a,b'])(
  'does not take a SALESFORCE_AVATAR_FIELD such as %s',
  async (field) => {
    await expect(find('salesforce', '+14155550147', { SALESFORCE_AVATAR_FIELD: field })).rejects.toThrow(
      'SALESFORCE_AVATAR_FIELD is malformed: write it like Photo__c',
    );
    expect(apis().calls).toEqual([]);
  },
);

test.each(['62.0', '62', 'v62.0'])(
  'asks the API of SALESFORCE_API_VERSION %s',
  async (SALESFORCE_API_VERSION) => {
    await find('salesforce', '+14155550147', { SALESFORCE_API_VERSION });
    expect(requests().at(-1)).toBe(SEARCH.replace('60', '62'));
  },
);

test('names SALESFORCE_API_VERSION if it is malformed', async () => {
  const answer = find('salesforce', '+14155550147', { SALESFORCE_API_VERSION: 'latest' });
  await expect(answer).rejects.toThrow('SALESFORCE_API_VERSION is malformed: write it like 60.0');
});

test.each([
  { access_token: 'token' },
  { access_token: 'token', instance_url: 'http://acme.my.salesforce.com' },
  { access_token: 'token', instance_url: 'https://acme.my.salesforce.com@elsewhere.example' },
  { instance_url: 'https://acme.my.salesforce.com' },
])('does not take a session such as %j', async (body) => {
  jest.spyOn(salesforce, 'answer').mockReturnValue({ status: 200, body });
  await expect(find('salesforce', '+14155550147')).rejects.toThrow(
    'Salesforce did not answer with a session',
  );
  expect(requests()).toEqual([LOGIN]);
});
