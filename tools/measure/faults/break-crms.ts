import { CRM_NAMES, fakeCrm, startFakeCrms } from '../../fakes/fake-crms';
import type { Fault } from '../../fakes/fake-server';
import { freePort } from '../../runtime/local-runtime';
import type { WebhookResult } from './promises';
import { ADA, serveFunctions } from './served-functions';

const TRANSIENT_FAULTS: Record<string, Fault[]> = {
  'answers 429 once': [{ status: 429, headers: { 'Retry-After': '0' } }],
  'answers 500 once': [{ status: 500 }],
  'answers 503 once': [{ status: 503, headers: { 'Retry-After': '0' } }],
  'drops a connection': ['drop'],
};
const PERMANENT_FAULTS: Record<string, Fault> = {
  'answers 401': { status: 401 },
  'answers 429': { status: 429, headers: { 'Retry-After': '6' } },
  'answers 500': { status: 500 },
  'answers a redirect': { status: 302, headers: { Location: 'https://elsewhere.example/' } },
  'answers malformed JSON': 'malformed',
  'answers 2 MB': 'huge',
  'drops every connection': 'drop',
  drips: 'drip',
  hangs: 'hang',
};

/** How many CRMs are broken at the same time. */
const AT_A_TIME = 2;

/** Breaks CRMs in each way, under both webhooks. */
export async function breakCrms(report: (result: WebhookResult) => void, variables: Record<string, string>) {
  const rest = CRM_NAMES.values();
  const breakSome = async () => {
    for (const name of rest) await breakCrm(name, report, variables);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, breakSome));
  const unreachable = {
    'refuses connections': `http://127.0.0.1:${await freePort()}`,
    'has no address (DNS)': 'https://crm.invalid/',
  };
  for (const [fault, CRM_URL] of Object.entries(unreachable)) {
    const served = await serveFunctions(partOf('http'), report, {
      CRM_SOURCE: 'http',
      CRM_URL,
      ...variables,
    });
    await Promise.all([
      served.nameConversation(fault, 'by number'),
      served.linkParticipant(fault, 'sent again'),
    ]);
    await served.stop();
  }
}

async function breakCrm(
  name: string,
  report: (result: WebhookResult) => void,
  variables: Record<string, string>,
) {
  const apis = await startFakeCrms();
  apis.know({ id: '1001', firstName: ADA.firstName, lastName: ADA.lastName, phone: ADA.number });
  const settings = { CRM_SOURCE: name, ...fakeCrm(name).settings };
  const served = await serveFunctions(partOf(name), report, { ...settings, ...apis.env, ...variables });

  await served.nameConversation('works', 'named');
  await served.linkParticipant('works', 'linked');
  for (const [fault, faults] of Object.entries(TRANSIENT_FAULTS)) {
    apis.faults = [...faults];
    await served.nameConversation(fault, 'named');
    apis.faults = [...faults];
    await served.linkParticipant(fault, 'linked');
  }
  for (const [fault, permanent] of Object.entries(PERMANENT_FAULTS)) {
    apis.fault = permanent;
    await Promise.all([
      served.nameConversation(fault, 'by number'),
      served.linkParticipant(fault, 'sent again'),
    ]);
    apis.fault = undefined;
    await served.worksAgain();
  }
  await served.nameConversation('works again', 'named');
  await served.linkParticipant('works again', 'linked');
  await served.stop();
  apis.close();
}

function partOf(name: string): string {
  return `the CRM: \`${name}\``;
}
