import { crmSourceOf } from '../../crm-source';
import { type Check, type Finding, warning } from './check';
import type { Installation } from './installation';
import type { LookUp } from './look-up';
import { lookUpHere } from './look-up-here';
import { lookUpThere } from './look-up-there';
import { findSampleCustomers } from './sample-customers';

/** Looks somebody up, as the deployed Functions do and from this machine: so it shows which of both has the wrong settings. */
export const crm: Check = {
  name: 'crm',
  about:
    'the CRM answers the deployed Functions, and this machine; -- --address +14155550147 looks up that one',
  async run(installation) {
    const [there, here, differing] = await Promise.all([
      lookUpThere(installation),
      lookUpHere(installation),
      compareSources(installation),
    ]);
    const findings = [...compared(there, here), ...differing];
    // What hangs would cost the rest of the time.
    if (there.findings.some(({ verdict }) => verdict === 'problem')) return findings;
    // Not meanwhile: how long a first call takes is measured.
    return [...findings, ...(await findSampleCustomers(installation))];
  },
};

/** What fails there alone is fixed by what is here; what fails alike is told once. */
function compared(there: LookUp, here: LookUp): Finding[] {
  if (there.failure === undefined) return [...there.findings, ...here.findings];
  if (here.isAnswered) {
    const fix = 'It works with your .env: run npm run deploy.';
    return [...there.findings.map((finding) => ({ ...finding, fix })), ...here.findings];
  }
  if (there.failure !== here.failure) return [...there.findings, ...here.findings];
  return [
    ...there.findings,
    ...here.findings.map(({ verdict }) => ({ verdict, seen: 'from here: the same' })),
  ];
}

async function compareSources({ env, variables }: Installation): Promise<Finding[]> {
  const [there, here] = [crmSourceOf(await variables()), crmSourceOf(env)];
  if (there === here) return [];
  const seen = `CRM_SOURCE is ${there} where it is deployed, and ${here} in .env`;
  return [warning(seen, 'If that is not meant: npm run deploy.')];
}
