import { addressesOf, customerOf, type FakeCrm, NOT_FOUND } from '../fake-crm';

const AUTHORIZATION = 'Bearer service-token';

/** A service of one's own. */
export const fake: FakeCrm = {
  crm: 'the service at CRM_URL',
  hosts: ['crm.example.com'],
  settings: {
    CRM_URL: 'https://crm.example.com/customers?tenant=7',
    CRM_AUTHORIZATION: AUTHORIZATION,
  },
  credentials: 'CRM_AUTHORIZATION',
  hasTypedNumbers: false,
  nobody: ['null', '[]'],
  answer({ host, method, path, headers }, contacts) {
    const { pathname, searchParams } = new URL(path, `https://${host}`);
    if (method !== 'GET' || pathname !== '/customers' || searchParams.get('tenant') !== '7') return NOT_FOUND;
    if (headers.authorization !== AUTHORIZATION) return { status: 401 };
    const address = searchParams.get('address');
    const found = contacts.filter((contact) => addressesOf(contact).includes(address ?? ''));
    if (found.length === 0) return NOT_FOUND;
    const customers = found.map(customerOf);
    return { status: 200, body: customers.length === 1 ? customers[0] : customers };
  },
};
