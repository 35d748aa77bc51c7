import https from 'node:https';
import { resolve } from 'node:path';
import { type CrmSource, findCustomer, parseAddress } from '../../assets/crm.private';
import { type Contact, fakeCrm, startFakeCrms } from '../../tools/fakes/fake-crms';
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

/** The settings that a source cannot do without, as it describes them. */
export function requiredSettings(name: string): string[] {
  const { settings = {} }: CrmSource = require(resolve(`assets/crm/${name}.private.ts`));
  return Object.keys(settings).filter((setting) => settings[setting]?.required);
}

/** Has the sources ask the fake CRMs, which know Ada before each test, and loads each of them anew. */
export function useFakeCrms() {
  let crms: Awaited<ReturnType<typeof startFakeCrms>>;
  let log: () => string[];
  const { globalAgent } = https;
  beforeAll(async () => {
    crms = await startFakeCrms();
    Object.assign(process.env, crms.env);
    require('../../tools/fakes/route-https-to-fakes');
    // It has no state, and would be half of what these tests take.
    const phoneNumbers = jest.requireActual('libphonenumber-js');
    jest.doMock('libphonenumber-js', () => phoneNumbers);
  });
  afterAll(() => {
    https.globalAgent.destroy();
    https.globalAgent = globalAgent;
    crms.close();
  });
  beforeEach(() => {
    jest.resetModules();
    installRuntime();
    log = captureLog();
    crms.know(ada);
    Object.assign(crms, { faults: [], fault: undefined, faultOf: undefined, calls: [] });
  });
  afterEach(() => jest.restoreAllMocks());
  return {
    apis: () => crms,
    log: () => log(),
    /** Looks up an address in the source of that name, with all that it needs set. */
    find(name: string, text: string, variables: Record<string, unknown> = {}, proxyAddress?: string) {
      const context = contextOf({ CRM_SOURCE: name, ...fakeCrm(name).settings, ...variables });
      const address = parseAddress(text);
      if (!address) throw new Error(`${text} is not an address`);
      return findCustomer(address, context, { startedAt: performance.now(), proxyAddress });
    },
  };
}
