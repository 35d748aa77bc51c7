import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fakeCrm } from '../../../tools/fakes/fake-crms';
import { ada, customer, useFakeCrms } from '../../helpers/fake-crms';

const { apis, find, log } = useFakeCrms();

test('asks for the address and the channel, and keeps what CRM_URL asks for itself', async () => {
  await find('http', 'whatsapp:+14155550147');
  const [{ path, headers } = { path: '', headers: {} }] = apis().calls;
  expect(path).toBe('/customers?tenant=7&address=%2B14155550147&channel=whatsapp');
  expect(headers).toMatchObject({ authorization: 'Bearer service-token', accept: 'application/json' });
});

test('asks for the form that a person is listed by', async () => {
  await find('http', 'whatsapp:+5215512345678');
  await find('http', 'Ada@Example.com');
  await find('http', 'messenger:1002003004');
  const asked = apis().calls.map(({ path }) => new URLSearchParams(path.split('?')[1]).get('address'));
  expect(asked).toEqual(['+525512345678', 'ada@example.com', '1002003004']);
});

test.each([204, 404])('knows nobody if it is answered %i', async (status) => {
  jest.spyOn(fakeCrm('http'), 'answer').mockReturnValue({ status });
  expect(await find('http', '+14155550147')).toBeUndefined();
});

test('sends no Authorization if CRM_AUTHORIZATION is not set', async () => {
  await expect(find('http', '+14155550147', { CRM_AUTHORIZATION: undefined })).rejects.toThrow(
    'CRM_SOURCE http: the service at CRM_URL answered 401: is CRM_AUTHORIZATION right?',
  );
  expect(apis().calls[0]?.headers).not.toHaveProperty('authorization');
});

test('takes a customer as the service has it', async () => {
  const avatar = 'https://example.com/ada.png';
  apis().know({ ...ada, avatar });
  expect(await find('http', '+14155550147')).toEqual({ ...customer, avatar });
});

test('takes what is documented, and nothing else that the service has', async () => {
  const body = [
    { customer_id: '1', rank: 1, phone_numbers: ['+14155550199'] },
    { customer_id: '2', rank: 2, mobile_numbers: ['+14155550147'] },
  ];
  jest.spyOn(fakeCrm('http'), 'answer').mockReturnValue({ status: 200, body });
  expect(await find('http', '+14155550147')).toBeUndefined();
  jest.spyOn(fakeCrm('http'), 'answer').mockReturnValue({ status: 200, body: body[0] });
  expect(await find('http', '+14155550147')).toEqual({ customer_id: '1' });
});

test('takes JSON after a byte order mark', async () => {
  jest.spyOn(fakeCrm('http'), 'answer').mockReturnValue({ status: 200, body: '\uFEFF{"customer_id":"1"}' });
  expect(await find('http', '+14155550147')).toEqual({ customer_id: '1' });
});

test('takes none of two customers, and the one that is there twice', async () => {
  apis().know(ada, { ...ada, id: '1002' });
  expect(await find('http', '+14155550147')).toBeUndefined();
  expect(log()).toEqual(['+1415•••0147 is ambiguous: customer_id "1001", "1002" have it, none is taken']);
  apis().know(ada, ada);
  expect(await find('http', '+14155550147')).toEqual(customer);
});

test('speaks http with the machine itself', async () => {
  const service = createServer((_request, response) => response.end('{"customer_id":7}'));
  await once(service.listen(0, '127.0.0.1'), 'listening');
  const CRM_URL = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  expect(await find('http', '+14155550147', { CRM_URL })).toEqual({ customer_id: '7' });
  service.close();
  service.closeAllConnections();
  await expect(find('http', '+14155550147', { CRM_URL })).rejects.toThrow(
    'the service at CRM_URL could not be reached (ECONNREFUSED)',
  );
});

test('ends the request when the time is up', async () => {
  const service = createServer();
  await once(service.listen(0, '127.0.0.1'), 'listening');
  const CRM_URL = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const asked = once(service, 'request');
  const answer = expect(find('http', '+14155550147', { CRM_URL, CRM_TIMEOUT_MS: '200' })).rejects.toThrow(
    'no answer in time',
  );
  const [request] = await asked;
  await Promise.all([answer, once(request.socket, 'close')]);
  service.close();
});

test.each([
  'http://crm.example.com',
  'http://localhost.example.com',
  'crm.example.com',
  'http://127.0.0.1.example.com',
  'file:///etc/passwd',
])('asks nothing of %s', async (CRM_URL) => {
  await expect(find('http', '+14155550147', { CRM_URL })).rejects.toThrow(
    'CRM_SOURCE http: CRM_URL has to be a URL that starts with https://',
  );
});
