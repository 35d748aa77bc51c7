import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextOf } from '../../../../tools/commands/relink/crm-context';
import { Problem } from '../../../../tools/problem';
import { NothingDeployed } from '../../../../tools/twilio/deployment';
import { installRuntime } from '../../../helpers/in-process-runtime';

const DOMAIN = 'frontline-1234-dev.twil.io';
const deployed = async () => DOMAIN;
const failing = (error: Error) => async () => {
  throw error;
};

test.each([
  { CRM_SOURCE: 'file' },
  { CRM_SOURCE: 'sync' },
  { CRM_SOURCE: 'http' },
  { CRM_SOURCE: 'airtable' },
  { CRM_SOURCE: 'hubspot', HUBSPOT_AVATAR_PROPERTY: 'avatar' },
])('avatars that are paths, with %j, are on the domain of the Functions', async (env) => {
  expect(await contextOf(env, undefined, deployed)).toEqual({ ...env, DOMAIN_NAME: DOMAIN });
});

test('no domain is looked for if nobody has an avatar there', async () => {
  const find = failing(new Error('it is looked for'));
  for (const CRM_SOURCE of ['hubspot', 'salesforce']) {
    expect(await contextOf({ CRM_SOURCE }, undefined, find)).toEqual({ CRM_SOURCE });
  }
  const folder = mkdtempSync(join(tmpdir(), 'customers-'));
  const customers = join(folder, 'customers.json');
  writeFileSync(customers, '[["+14155550147","C-1","Ada","https://example.com/ada.png"]]');
  installRuntime({ '/customers.json': customers });
  const context = await contextOf({}, undefined, find).finally(installRuntime);
  rmSync(folder, { recursive: true });
  expect(context).toEqual({});
});

test('a domain that is named is not looked for', async () => {
  const find = failing(new Error('it is looked for'));
  for (const domain of ['mine.twil.io', 'https://mine.twil.io/index.html']) {
    expect(await contextOf({}, domain, find)).toEqual({ DOMAIN_NAME: 'mine.twil.io' });
  }
});

test('a CRM is asked before anything is deployed; customers of a file with such avatars are not', async () => {
  const find = failing(new NothingDeployed('Nothing is deployed'));
  expect(await contextOf({ CRM_SOURCE: 'sync' }, undefined, find)).toMatchObject({ DOMAIN_NAME: undefined });
  await expect(contextOf({}, undefined, find)).rejects.toThrow('Nothing is deployed');
});

test('which one of several domains is meant has to be said', async () => {
  const find = failing(new Problem('There are several domains'));
  await expect(contextOf({ CRM_SOURCE: 'sync' }, undefined, find)).rejects.toThrow('several');
});
