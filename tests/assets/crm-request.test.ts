import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Fault } from '../../tools/fakes/fake-server';
import { customer, useFakeCrms } from '../helpers/fake-crms';

const { apis, find } = useFakeCrms();
const number = '+14155550147';
const outcomes = () => apis().calls.map(({ outcome }) => outcome);

test('after a dropped connection, the second attempt takes a new one, and none that has been idle as well', async () => {
  let areDead = false;
  const seen = new WeakSet<Socket>();
  const server = createServer(({ socket }, response) => {
    if (areDead && seen.has(socket)) return socket.destroy();
    seen.add(socket);
    setTimeout(50).then(() => response.end('{"customer_id":"1001","display_name":"Ada Okafor"}'));
  });
  await once(server.listen(0), 'listening');
  const settings = { CRM_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  await Promise.all([find('http', number, settings), find('http', 'ada@example.com', settings)]);
  areDead = true;
  const answer = await find('http', number, settings).catch(String);
  server.close();
  server.closeAllConnections();
  expect(answer).toEqual(customer);
});

describe('by a clock that is fake, over a network that is not', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** Has so much time pass while the next request is under way, and then becomes of it what is told. */
  const passWhileAsked = (ms: number, fault?: Fault) =>
    new Promise<void>((passed) => {
      apis().faultOf = async () => {
        apis().faultOf = undefined;
        jest.advanceTimersByTime(ms);
        passed();
        return fault;
      };
    });

  test('a connection that was idle and says nothing is left after a second for a new one', async () => {
    apis().delayMs = 50;
    await Promise.all([find('http', number), find('http', 'ada@example.com')]);
    apis().delayMs = 0;
    apis().calls.length = 0;
    jest.advanceTimersByTime(3000);
    const passed = passWhileAsked(999, 'hang');
    const answer = find('http', number);
    await passed;
    // Had it been left, the next request would have come in.
    await setTimeout(100);
    expect(outcomes()).toEqual(['hang']);
    jest.advanceTimersByTime(1);
    expect(await answer).toEqual(customer);
    expect(outcomes()).toEqual(['hang', 200]);
  });

  test('a connection in use has the whole time', async () => {
    await find('http', number);
    apis().calls.length = 0;
    passWhileAsked(2900);
    expect(await find('http', number)).toEqual(customer);
    expect(outcomes()).toEqual([200]);
  });
});

test('two events of one address at the same time ask once', async () => {
  apis().delayMs = 50;
  expect(await Promise.all([find('http', number), find('http', number)])).toEqual([customer, customer]);
  apis().delayMs = 0;
  expect(outcomes()).toEqual([200]);
});
