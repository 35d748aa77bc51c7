import { fakeCrm } from '../../../tools/fakes/fake-crms';
import { useFakeCrms } from '../../helpers/fake-crms';

const { apis, find, log } = useFakeCrms();

const SERVICE = `IS${'0'.repeat(31)}1`;

test.each([
  ['whatsapp:+14155550147', undefined, '/v1/Services/default/Documents/customer%3A%2B14155550147'],
  ['Ada@example.com', SERVICE, `/v1/Services/${SERVICE}/Documents/customer%3Aemail%3Aada%40example.com`],
  ['messenger:../x', 'default', '/v1/Services/default/Documents/customer%3Amessenger%3A..%2Fx'],
])('fetches the Document of %s', async (address, SYNC_SERVICE_SID, path) => {
  await find('sync', address, { SYNC_SERVICE_SID });
  expect(apis().calls.map((call) => [call.method, call.path])).toEqual([['GET', path]]);
});

test('takes none of several customers who were uploaded with one address, and names their IDs', async () => {
  const body = JSON.stringify({ data: { customer_ids: ['1001', '1002'] } });
  jest.spyOn(fakeCrm('sync'), 'answer').mockReturnValue({ status: 200, body });
  expect(await find('sync', '+14155550147')).toBeUndefined();
  expect(log()).toEqual(['+1415•••0147 is ambiguous: customer_id "1001", "1002" have it, none is taken']);
});

test('does not take a SYNC_SERVICE_SID that is not one: everybody would be unknown', async () => {
  await expect(find('sync', '+14155550147', { SYNC_SERVICE_SID: 'my service' })).rejects.toThrow(
    'SYNC_SERVICE_SID is malformed',
  );
});
