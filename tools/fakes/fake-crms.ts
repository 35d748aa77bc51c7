import { resolve } from 'node:path';
import { airtable } from './crms/airtable';
import type { Contact, CrmApi } from './crms/crm-api';
import { http } from './crms/http';
import { hubspot } from './crms/hubspot';
import { salesforce } from './crms/salesforce';
import { sync } from './crms/sync';
import { startStandIn } from './fake-server';

export type { Contact } from './crms/crm-api';

/** The API behind each source but the embedded one. */
export const CRM_APIS = { hubspot, salesforce, airtable, http, sync };
export type SourceName = keyof typeof CRM_APIS;

const LEAD = resolve('tools/fakes/route-https-to-fakes.js');

/** Stands in for all of the CRMs. */
export async function startCrmApis() {
  const apis: CrmApi[] = Object.values(CRM_APIS);
  let contacts: Contact[] = [];
  const standIn = await startStandIn(
    apis.flatMap(({ hosts }) => hosts),
    (request) => {
      const api = apis.find(({ hosts }) => hosts.includes(request.host));
      return api?.answer(request, contacts) ?? { status: 421 };
    },
  );
  const env = { CRM_API_PORT: String(standIn.port), CRM_API_CERTIFICATE: standIn.certificate };
  return Object.assign(standIn, {
    /** From now on, these are the contacts in each of them. */
    know(...known: Contact[]) {
      contacts = known;
    },
    /** For a process of its own: leads its requests there. */
    env: { ...env, NODE_OPTIONS: `--require "${LEAD}"` },
  });
}
