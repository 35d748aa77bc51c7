import { parseAddress } from '../../../assets/address.private';
import { fakeCrm, startFakeCrms } from '../../fakes/fake-crms';
import { type Crm, loadCrm } from '../../runtime/in-process-runtime';

type Context = Parameters<Crm['findCustomer']>[1];

/** Loads the built CRM mapping into this process, with the fake CRMs behind its sources. */
export async function loadMapping() {
  const crms = await startFakeCrms();
  Object.assign(process.env, crms.env);
  require('../../fakes/route-https-to-fakes');

  const { findCustomer } = loadCrm();

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
