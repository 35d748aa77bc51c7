import { CRM_NAMES, fakeCrm, startFakeCrms } from '../../fakes/fake-crms';
import type { Fault } from '../../fakes/fake-server';
import type { Trial } from './promises';
import { ADA, startScene } from './served-functions';

const PASSING: Record<string, Fault[]> = {
  'answers 429 once': [{ status: 429 }],
  'answers 503 once': [{ status: 503, headers: { 'Retry-After': '0' } }],
  'drops a connection': ['drop'],
};
const LASTING: Record<string, Fault> = {
  'answers 401': { status: 401 },
  'answers 429': { status: 429, headers: { 'Retry-After': '60' } },
  'answers 500': { status: 500 },
  'answers a redirect': { status: 302, headers: { Location: 'https://elsewhere.example/' } },
  'answers malformed JSON': 'malformed',
  'answers 2 MB': 'huge',
  'drops every connection': 'drop',
  drips: 'drip',
  hangs: 'hang',
};
const UNREACHABLE = {
  'refuses connections': 'http://127.0.0.1:9',
  'has no address (DNS)': 'https://crm.invalid/',
};

/** Breaks each CRM in each way, under both webhooks. */
export async function breakCrms(report: (trial: Trial) => void, variables: Record<string, string>) {
  for (const name of CRM_NAMES) await breakCrm(name, report, variables);
  for (const [fault, CRM_URL] of Object.entries(UNREACHABLE)) {
    const scene = await startScene(placeOf('http'), report, { CRM_SOURCE: 'http', CRM_URL, ...variables });
    await Promise.all([scene.name(fault, 'by number'), scene.link(fault, 'sent again')]);
    await scene.stop();
  }
}

async function breakCrm(name: string, report: (trial: Trial) => void, variables: Record<string, string>) {
  const apis = await startFakeCrms();
  apis.know({ id: '1001', firstName: ADA.firstName, lastName: ADA.lastName, phone: ADA.number });
  const settings = { CRM_SOURCE: name, ...fakeCrm(name).settings };
  const scene = await startScene(placeOf(name), report, { ...settings, ...apis.env, ...variables });

  await scene.name('works', 'named');
  await scene.link('works', 'linked');
  for (const [fault, faults] of Object.entries(PASSING)) {
    apis.faults = [...faults];
    await scene.name(fault, 'named');
    apis.faults = [...faults];
    await scene.link(fault, 'linked');
  }
  for (const [fault, lasting] of Object.entries(LASTING)) {
    apis.fault = lasting;
    await Promise.all([scene.name(fault, 'by number'), scene.link(fault, 'sent again')]);
  }
  apis.fault = undefined;
  await scene.name('works again', 'named');
  await scene.link('works again', 'linked');
  await scene.stop();
  apis.close();
}

function placeOf(name: string): string {
  return `the CRM: \`${name}\``;
}
