/**
 * Any service of your own: GET {CRM_URL}?address=+15551234567&channel=whatsapp. It answers with a customer in Frontline's
 * shape, or a list of them; with 404 or 204 if it knows nobody.
 */
import type { CrmSource, Customer } from '../crm.private';

export const settings: CrmSource['settings'] = {
  CRM_URL: {
    is: 'the URL of your service',
    example: 'https://crm.example.com/customers',
    required: true,
    format: 'url',
  },
  CRM_AUTHORIZATION: {
    is: 'the Authorization header that your service wants',
    example: 'Bearer secret',
    // As an HTTP header takes it.
    format: /^[ -~\x80-\xff]+$/,
  },
};

/** @throws Error if the service does not answer with a customer, nor that it knows nobody */
export const findCustomer: CrmSource['findCustomer'] = async (address, { settings, ask }) => {
  const { CRM_URL = '', CRM_AUTHORIZATION } = settings;
  const url = new URL(CRM_URL);
  // In the form that a person is listed by: a number in its one form, an e-mail address in lower case.
  url.searchParams.set('address', address.key.replace(`${address.channel}:`, ''));
  url.searchParams.set('channel', address.channel);
  const { json } = await ask({
    crm: 'the service at CRM_URL',
    url,
    headers: CRM_AUTHORIZATION ? { Authorization: CRM_AUTHORIZATION } : {},
    expected: [204, 404],
    reasons: { 401: 'is CRM_AUTHORIZATION right?', 403: 'is CRM_AUTHORIZATION right?' },
  });
  // Whatever else the service says of them does not tell who it is.
  return Array.isArray(json) ? json.map(asDocumented) : asDocumented(json);
};

function asDocumented(customer: unknown): unknown {
  if (typeof customer !== 'object' || !customer) return customer;
  const { customer_id, display_name, avatar } = customer as Partial<Customer>;
  return { customer_id, display_name, avatar };
}
