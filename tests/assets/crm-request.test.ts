import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { customer, useFakeCrms } from '../helpers/fake-crms';

const { apis, find } = useFakeCrms();
const number = '+14155550147';
const outcomes = () => apis().calls.map(({ outcome }) => outcome);

/** Opens two connections that are kept, and lets them be idle. */
async function idleConnections() {
  apis().delayMs = 50;
  await Promise.all([find('http', number), find('http', 'ada@example.com')]);
  apis().delayMs = 0;
  apis().calls.length = 0;
  const { now } = performance;
  jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 3000);
}

test('after a dropped connection, the second attempt takes a new one, and none that has been idle as well', async () => {
  let areDead = false;
  const seen = new WeakSet<Socket>();
  const server = createServer(({ socket }, response) => {
    if (areDead && seen.has(socket)) return socket.destroy();
    seen.add(socket);
    setTimeout(() => response.end('{"customer_id":"1001","display_name":"Ada Okafor"}'), 50);
  });
  await once(server.listen(0), 'listening');
  const settings = { CRM_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  await Promise.all([find('http', number, settings), find('http', 'ada@example.com', settings)]);
  areDead = true;
  expect(await find('http', number, settings)).toEqual(customer);
  server.close();
  server.closeAllConnections();
});

test('a connection that was idle and says nothing is left after a second for a new one', async () => {
  await idleConnections();
  apis().faults = ['hang'];
  const startedAt = performance.now();
  expect(await find('http', number)).toEqual(customer);
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(2500);
  expect(outcomes()).toEqual(['hang', 200]);
});

test('a connection in use has the whole time', async () => {
  await find('http', number);
  apis().calls.length = 0;
  apis().delayMs = 1500;
  expect(await find('http', number)).toEqual(customer);
  apis().delayMs = 0;
  expect(outcomes()).toEqual([200]);
});

test('two events of one address at the same time ask once', async () => {
  apis().delayMs = 50;
  expect(await Promise.all([find('http', number), find('http', number)])).toEqual([customer, customer]);
  apis().delayMs = 0;
  expect(outcomes()).toEqual([200]);
});
