/**
 * Any service of your own: GET {CRM_URL}?address=+15551234567&channel=whatsapp. It answers a customer in Frontline's
 * shape, or a list of them; 404 where it knows nobody.
 */
import type { CrmSource, Customer } from '../crm.private';

type CrmRequest = typeof import('../crm-request.private');

/** @throws Error where the service does not answer a customer, nor 404 */
export const findCustomer: CrmSource['findCustomer'] = async (address, context, signal, timeLeftMs) => {
  const { askCrm, requiredUrl }: CrmRequest = require(
    Runtime.getAssets()['/crm-request.js']?.path ?? '/crm-request.js',
  );
  const url = requiredUrl(context, 'CRM_URL');
  url.searchParams.set('address', address.value);
  url.searchParams.set('channel', address.channel);
  const authorization = context.CRM_AUTHORIZATION?.trim();
  const { json } = await askCrm(
    {
      crm: 'the service at CRM_URL',
      url,
      headers: authorization ? { Authorization: authorization } : {},
      expected: [404],
      reasons: { 401: 'is CRM_AUTHORIZATION right?', 403: 'is CRM_AUTHORIZATION right?' },
    },
    signal,
    timeLeftMs,
  );
  return json as Customer | Customer[] | undefined;
};
