import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReportMessage } from '../../../tools/simulator/report-message';

const { observe } = require('../../../tools/simulator/observe-functions.js');

let folder: string;
const { send } = process;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'observe-'));
});
afterEach(() => {
  process.send = send;
  rmSync(folder, { recursive: true });
});

test.each([
  ['rejects with undefined', 'async () => { throw undefined; }', 'undefined'],
  ['throws null', '() => { throw null; }', 'null'],
  ['rejects with an Error', "async () => { throw new Error('x is not there'); }", 'x is not there'],
])('a Function that %s is told as one that threw', async (_how, handler, message) => {
  const file = join(folder, 'function.js');
  writeFileSync(file, `exports.handler = ${handler};`);
  const told: unknown[] = [];
  process.send = (one: unknown) => Boolean(told.push(JSON.parse(JSON.stringify(one))));
  const event = { request: { headers: { 'simulator-exchange': '7' } } };
  await Promise.resolve()
    .then(() => observe(file)({}, event, () => undefined))
    .then(
      () => expect('it').toBe('rejected'),
      () => undefined,
    );
  expect(told.map((one) => ReportMessage.parse(one))).toEqual([
    { exchange: '7', report: { log: [], found: [], error: expect.objectContaining({ message }) } },
  ]);
});
