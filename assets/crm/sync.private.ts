/**
 * Twilio Sync: a Document for each address, as `npm run customers:upload` makes them. It is asked without Twilio's
 * helper library, which costs a cold start more than all else, and cannot be stopped when the time is up.
 * https://www.twilio.com/docs/sync/api/document-resource
 */
import type { CrmSource, Customer } from '../crm.private';

type CrmRequest = typeof import('../crm-request.private');

/** @throws Error where Sync does not answer */
export const findCustomer: CrmSource['findCustomer'] = async (address, context, signal, timeLeftMs) => {
  const { askCrm, isObject, requiredSetting }: CrmRequest = require(
    Runtime.getAssets()['/crm-request.js']?.path ?? '/crm-request.js',
  );
  const credentials = ['ACCOUNT_SID', 'AUTH_TOKEN'].map((name) => requiredSetting(context, name)).join(':');
  const service = context.SYNC_SERVICE_SID?.trim() || 'default';
  const path = `/v1/Services/${encodeURIComponent(service)}/Documents/${encodeURIComponent(`customer:${address.key}`)}`;
  const { status, json } = await askCrm(
    {
      crm: 'Sync',
      url: new URL(path, 'https://sync.twilio.com'),
      headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      expected: [404],
      reasons: { 401: 'are ACCOUNT_SID and AUTH_TOKEN those of the account?' },
    },
    signal,
    timeLeftMs,
  );
  if (status === 404) return undefined;
  const { data } = isObject(json) ? json : {};
  if (!isObject(data)) throw new Error('Sync answered no Document');
  return data as unknown as Customer;
};
