/**
 * Twilio Sync: a Document for each address, as `npm run customers:upload` makes them. It is asked without Twilio's
 * helper library, which costs a cold start more than all else, and cannot be stopped when the time is up.
 * https://www.twilio.com/docs/sync/api/document-resource
 */
import type { CrmSource } from '../crm.private';

export const settings: CrmSource['settings'] = {
  ACCOUNT_SID: {
    is: 'your Twilio account; deployed Functions have it from Twilio',
    example: `AC${'a1'.repeat(16)}`,
    required: true,
  },
  AUTH_TOKEN: { is: 'its Auth Token', example: '0'.repeat(32), required: true },
  SYNC_SERVICE_SID: {
    is: 'the Sync service with the customers',
    example: `IS${'a1'.repeat(16)}`,
    default: 'default',
    format: /^(default|IS[0-9a-f]{32})$/i,
  },
};

/** @throws Error if Sync does not answer */
export const findCustomer: CrmSource['findCustomer'] = async (address, { settings, ask }) => {
  const { ACCOUNT_SID, AUTH_TOKEN, SYNC_SERVICE_SID = '' } = settings;
  const path = ['Services', SYNC_SERVICE_SID, 'Documents', `customer:${address.key}`];
  const credentials = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64');
  const answer = await ask({
    crm: 'Sync',
    url: new URL(`https://sync.twilio.com/v1/${path.map(encodeURIComponent).join('/')}`),
    headers: { Authorization: `Basic ${credentials}` },
    expected: [404],
    reasons: { 401: 'are ACCOUNT_SID and AUTH_TOKEN those of the account?' },
  });
  if (answer.status === 404) return undefined;
  const { data } = answer.object();
  if (typeof data !== 'object' || !data) throw new Error('Sync did not answer with a Document');
  const { customer_ids } = data as { customer_ids?: unknown };
  if (!Array.isArray(customer_ids)) return data;
  return customer_ids.map((customer_id) => ({ customer_id }));
};
