import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import timers, { setTimeout } from 'node:timers/promises';
import { customer, useFakeCrms } from '../helpers/fake-crms';
import { passTime } from '../helpers/pass-time';

const { apis, find } = useFakeCrms();
const number = '+14155550147';
const outcomes = () => apis().calls.map(({ outcome }) => outcome);

/** A CRM of its own, until the test ends. @returns the settings with which `http` asks it */
async function serveCrm(listener: RequestListener) {
  server = createServer(listener).listen(0);
  await once(server, 'listening');
  return { CRM_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

test.each([
  [1900, 1],
  [2000, 2],
])('after %s ms without use, look-ups of one instance take %s connections', async (idleMs, connections) => {
  const seen = new Set<Socket>();
  const settings = await serveCrm(({ socket }, response) => {
    // As one does that has gone while the instance was frozen.
    if (connections > 1 && seen.has(socket)) return;
    seen.add(socket);
    response.end('{"customer_id":"1001","display_name":"Ada Okafor"}');
  });
  await find('http', number, settings);
  // By the clock alone: other ones may have stood still.
  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + idleMs);
  const answer = await find('http', number, settings).catch(String);
  jest.restoreAllMocks();
  expect([answer, seen.size]).toEqual([customer, connections]);
});

test('whoever is not known takes no connection with them', async () => {
  const seen = new Set<Socket>();
  const settings = await serveCrm(({ socket }, response) => {
    seen.add(socket);
    response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":"nobody"}');
  });
  for (let i = 0; i < 3; i++) expect(await find('http', number, settings)).toBeUndefined();
  expect(seen.size).toBe(1);
});

test.each(['more, and no end', 'cut short'])(
  'whoever is not known is not waited for, if the rest is %s',
  async (rest) => {
    const settings = await serveCrm((_request, response) => {
      response.writeHead(404, { 'Content-Length': '100' }).write('{');
      if (rest === 'cut short') setTimeout(20).then(() => response.destroy());
    });
    expect(await find('http', number, { ...settings, CRM_TIMEOUT_MS: '1000' })).toBeUndefined();
  },
);

test('an answer of more than 1 MB is not waited for, even if it has no end', async () => {
  const settings = await serveCrm((_request, response) => response.write(' '.repeat(1024 * 1024 + 1)));
  await expect(find('http', number, { ...settings, CRM_TIMEOUT_MS: '2000' })).rejects.toThrow(
    'answered more than 1 MB',
  );
});

test('the pauses before a busy CRM is asked again grow, and stay at a second at most', async () => {
  const settings = await serveCrm((_request, response) => response.writeHead(503).end());
  const pauses: (number | undefined)[] = [];
  jest.spyOn(timers, 'setTimeout').mockImplementation(async (ms = 0) => {
    pauses.push(ms);
    passTime(ms);
    return undefined as never;
  });
  jest.spyOn(Math, 'random').mockReturnValue(0);
  await expect(find('http', number, settings)).rejects.toThrow('answered 503');
  // Each is at least half as long as it may be.
  expect(pauses.slice(0, 5)).toEqual([150, 300, 500, 500, 500]);
});

test('after a dropped connection, the second attempt takes a new one, and none that has been idle as well', async () => {
  let areDead = false;
  const seen = new WeakSet<Socket>();
  const settings = await serveCrm(({ socket }, response) => {
    if (areDead && seen.has(socket)) return socket.destroy();
    seen.add(socket);
    setTimeout(50).then(() => response.end('{"customer_id":"1001","display_name":"Ada Okafor"}'));
  });
  await Promise.all([find('http', number, settings), find('http', 'ada@example.com', settings)]);
  areDead = true;
  const answer = await find('http', number, settings).catch(String);
  expect(answer).toEqual(customer);
});

test('a connection has the whole time to answer, however long it was idle', async () => {
  await find('http', number);
  jest.useFakeTimers();
  jest.advanceTimersByTime(3000);
  apis().calls.length = 0;
  apis().faultOf = async () => {
    jest.advanceTimersByTime(2900);
    return undefined;
  };
  const answer = await find('http', number).finally(() => jest.useRealTimers());
  apis().faultOf = undefined;
  expect(answer).toEqual(customer);
  expect(outcomes()).toEqual([200]);
});

test('two events of one address at the same time ask once', async () => {
  apis().delayMs = 50;
  expect(await Promise.all([find('http', number), find('http', number)])).toEqual([customer, customer]);
  apis().delayMs = 0;
  expect(outcomes()).toEqual([200]);
});
