import { explainPort, readPort } from '../../../tools/runtime/port';

const { PORT } = process.env;
afterEach(() => {
  if (PORT === undefined) delete process.env.PORT;
  else process.env.PORT = PORT;
});

test.each([
  ['', 3000],
  [' ', 3000],
  ['0', 0],
  ['3001', 3001],
  ['65535', 65_535],
])('PORT=%p is the port %i', (value, port) => {
  process.env.PORT = value;
  expect(readPort(3000, 'npm start')).toBe(port);
});

test.each(['99999', 'abc', '-1', '30.5', '65536'])('PORT=%s gets a sentence', (value) => {
  process.env.PORT = value;
  expect(() => readPort(3000, 'npm start')).toThrow(
    `PORT=${value} is not a port: give a number from 1 to 65535, as in PORT=3001 npm start`,
  );
});

test('a port that cannot be had gets a sentence, with one that exists', () => {
  const because = (code: string, port: number) =>
    explainPort(Object.assign(new Error(), { code }), port, 'npm start');
  expect(because('EADDRINUSE', 3000)).toBe('Port 3000 is taken. Choose another one: PORT=3001 npm start');
  expect(because('EADDRINUSE', 65_535)).toBe('Port 65535 is taken. Choose another one: PORT=3001 npm start');
  expect(because('EACCES', 80)).toBe('Port 80 is not open to you. Choose another one: PORT=3001 npm start');
  expect(because('ENOTFOUND', 80)).toBeUndefined();
});
