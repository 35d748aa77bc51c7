import { contextOf } from '../../../../tools/commands/relink/crm-context';
import { Problem } from '../../../../tools/problem';
import { NothingDeployed } from '../../../../tools/twilio/deployment';

const DOMAIN = 'frontline-1234-dev.twil.io';
const deployed = async () => DOMAIN;
const failing = (error: Error) => async () => {
  throw error;
};

test.each(['file', 'sync', 'http', 'hubspot'])(
  'avatars that are paths, of CRM_SOURCE=%s, are on the domain of the Functions',
  async (CRM_SOURCE) => {
    expect(await contextOf({ CRM_SOURCE }, undefined, deployed)).toEqual({ CRM_SOURCE, DOMAIN_NAME: DOMAIN });
  },
);

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
