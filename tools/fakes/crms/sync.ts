import { apiError } from '../fake-server';
import { addressesOf, type CrmApi, customerOf } from './crm-api';

const ACCOUNT_SID = `AC${'4'.repeat(32)}`;
const AUTH_TOKEN = '5'.repeat(32);
const PATH = /^\/v1\/Services\/(?:default|IS\w+)\/Documents\/customer%3A([^/]+)$/;

/** The Documents of Twilio Sync: https://www.twilio.com/docs/sync/api/document-resource */
export const sync: CrmApi = {
  crm: 'Sync',
  hosts: ['sync.twilio.com'],
  settings: { ACCOUNT_SID, AUTH_TOKEN },
  credentials: 'AUTH_TOKEN',
  answer({ method, path, headers }, contacts) {
    if (headers.authorization !== `Basic ${btoa(`${ACCOUNT_SID}:${AUTH_TOKEN}`)}`) {
      return apiError({ status: 401, code: 20003 });
    }
    const key = decodeURIComponent(PATH.exec(path)?.[1] ?? '').replace('email:', '');
    const found = contacts.find((contact) => addressesOf(contact).includes(key));
    if (method !== 'GET' || !found) return apiError({ status: 404 });
    const body = { sid: 'ET1', unique_name: `customer:${key}`, revision: '0', data: customerOf(found) };
    return { status: 200, body };
  },
};
