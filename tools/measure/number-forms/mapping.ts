import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAddress } from '../../../assets/address.private';
import { fakeCrm, startFakeCrms } from '../../fakes/fake-crms';

type Crm = typeof import('../../../assets/crm.private');
type Context = Parameters<Crm['findCustomer']>[1];

/** Loads the built CRM mapping into this process, with the fake CRMs behind its sources. */
export async function loadMapping() {
  const crms = await startFakeCrms();
  Object.assign(process.env, crms.env);
  require('../../fakes/route-https-to-fakes');

  const folder = resolve('dist/assets');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const assets = files
    .filter((file) => file.endsWith('.private.js'))
    .map((file) => [`/${file.replace('.private', '')}`, { path: resolve(folder, file) }]);
  Object.assign(globalThis, { Runtime: { getAssets: () => Object.fromEntries(assets) } });
  const { findCustomer }: Crm = require(resolve(folder, 'crm.private.js'));

  return {
    know: crms.know,
    close: crms.close,
    /** The ID of who has a number, by the source of that name, after a message to Twilio's number. */
    async find(source: string, number: string, proxyAddress: string): Promise<string | undefined> {
      const address = parseAddress(number);
      if (!address) throw new Error(`${number} is not an address`);
      const context = { CRM_SOURCE: source, ...fakeCrm(source).settings } as unknown as Context;
      const found = await findCustomer(address, context, { startedAt: performance.now(), proxyAddress });
      return found?.customer_id;
    },
  };
}
