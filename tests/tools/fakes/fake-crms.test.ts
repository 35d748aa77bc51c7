import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CrmSource } from '../../../assets/crm.private';
import { CRM_NAMES, fakeCrm } from '../../../tools/fakes/fake-crms';
import { requiredSettings } from '../../helpers/fake-crms';

/** The source that asks no CRM: its customers are deployed with it. */
const EMBEDDED = 'file';

test('each CRM source has a fake of its API', () => {
  const sources = readdirSync('assets/crm').map((file) => file.replace('.private.ts', ''));
  expect([...CRM_NAMES, EMBEDDED].sort()).toEqual(sources.sort());
});

test('a source without a fake is told which file to write', () => {
  expect(existsSync('tools/fakes/crms/none.ts')).toBe(false);
  expect(() => fakeCrm('none')).toThrow('tools/fakes/crms/none.ts is missing');
});

test.each(CRM_NAMES)('the fake of %s has the settings that the source describes', (name) => {
  const { settings: described = {} }: CrmSource = require(resolve(`assets/crm/${name}.private.ts`));
  const { settings, credentials, hosts } = fakeCrm(name);
  expect(Object.keys(settings)).toEqual(expect.arrayContaining(requiredSettings(name)));
  expect(Object.keys(described)).toEqual(expect.arrayContaining(Object.keys(settings)));
  expect(Object.keys(settings)).toContain(credentials);
  expect(hosts).not.toEqual([]);
});
