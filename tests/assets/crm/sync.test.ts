import { useFakeCrms } from '../../helpers/fake-crms';

const { apis, find } = useFakeCrms();

test.each([
  ['whatsapp:+14155550147', undefined, '/v1/Services/default/Documents/customer%3A%2B14155550147'],
  ['Ada@example.com', 'IS01', '/v1/Services/IS01/Documents/customer%3Aemail%3Aada%40example.com'],
  ['messenger:../x', '../x', '/v1/Services/..%2Fx/Documents/customer%3Amessenger%3A..%2Fx'],
])('fetches the Document of %s', async (address, SYNC_SERVICE_SID, path) => {
  await find('sync', address, { SYNC_SERVICE_SID });
  expect(apis().calls.map((call) => [call.method, call.path])).toEqual([['GET', path]]);
});
