import https from 'node:https';
import { findCustomer, parseAddress } from '../../assets/crm.private';
import { type Contact, CRM_APIS, type SourceName, startCrmApis } from '../../tools/fakes/fake-crms';
import { captureLog, contextOf, installRuntime } from './in-process-runtime';

/** A contact, and the customer that the mapping makes of it. */
export const ada: Contact = {
  id: '1001',
  firstName: 'Ada',
  lastName: 'Okafor',
  phone: '+14155550147',
  email: 'ada@example.com',
};
export const customer = { customer_id: '1001', display_name: 'Ada Okafor' };

/** Has the sources ask the stand-in, which knows Ada before each test, and each of them start anew. */
export function useCrmApis() {
  let apis: Awaited<ReturnType<typeof startCrmApis>>;
  let log: () => string[];
  const { globalAgent } = https;
  beforeAll(async () => {
    apis = await startCrmApis();
    Object.assign(process.env, apis.env);
    require('../../tools/fakes/route-https-to-fakes');
  });
  afterAll(() => {
    https.globalAgent.destroy();
    https.globalAgent = globalAgent;
    apis.close();
  });
  beforeEach(() => {
    jest.resetModules();
    installRuntime();
    log = captureLog();
    apis.know(ada);
    Object.assign(apis, { faults: [], fault: undefined, calls: [] });
  });
  afterEach(() => jest.restoreAllMocks());
  return {
    apis: () => apis,
    log: () => log(),
    /** Looks up an address in the source of that name, with all that it needs set. */
    find(name: SourceName, text: string, variables: Record<string, unknown> = {}) {
      const context = contextOf({ CRM_SOURCE: name, ...CRM_APIS[name].settings, ...variables });
      const address = parseAddress(text);
      if (!address) throw new Error(`${text} is no address`);
      return findCustomer(address, context, performance.now());
    },
  };
}
