import { readdirSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import type { Contact, FakeCrm } from './fake-crm';
import { startFakeServer } from './fake-server';

export type { Contact, FakeCrm } from './fake-crm';

const FOLDER = join(__dirname, 'crms');
const ROUTE_TO_FAKES = resolve(__dirname, 'route-https-to-fakes.js');

const fakes = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .map((file): [string, FakeCrm] => [parse(file).name, require(join(FOLDER, file)).fake]),
);

/** The sources that a CRM answers, by the names in CRM_SOURCE: one for each file in `crms/`. */
export const CRM_NAMES = [...fakes.keys()];

/** The CRM that a source asks. @throws Error if it has no file in `crms/` */
export function fakeCrm(source: string): FakeCrm {
  const fake = fakes.get(source);
  if (!fake)
    throw new Error(`tools/fakes/crms/${source}.ts is missing: write a fake of the API that it asks`);
  return fake;
}

/** Serves all of the CRMs. */
export async function startFakeCrms() {
  const crms = [...fakes.values()];
  let contacts: Contact[] = [];
  const server = await startFakeServer(
    crms.flatMap(({ hosts }) => hosts),
    (request) => {
      const crm = crms.find(({ hosts }) => hosts.includes(request.host));
      return crm?.answer(request, contacts) ?? { status: 421 };
    },
  );
  return Object.assign(server, {
    /** From now on, these are the contacts in each of them. */
    know(...known: Contact[]) {
      contacts = known;
    },
    /** For a process that looks up customers: sends its requests here, whatever their host. */
    env: {
      FAKE_CRMS_PORT: String(server.port),
      FAKE_CRMS_CERTIFICATE: server.certificate,
      NODE_OPTIONS: `--require "${ROUTE_TO_FAKES}"`,
    },
  });
}
