import { crmSourceOf } from '../../crm-source';
import { callAsTwilio } from '../../twilio/signed-call';
import { PRE_EVENT, PRE_EVENT_PATH, urlOf } from '../connect/function-urls';
import { type Finding, warning } from './check';
import type { Installation } from './installation';
import { nameIn } from './look-up-there';

/** One of the sample customers. Nobody else has that address: https://www.rfc-editor.org/rfc/rfc2606#section-3 */
export const SAMPLE = { address: 'noah.berger@example.com', name: 'Noah Berger' };

/** Twilio does not show which customers are deployed, but the Functions know theirs. */
export async function findSampleCustomers({
  twilio,
  deployment,
  variables,
}: Installation): Promise<Finding[]> {
  if (crmSourceOf(await variables()) !== 'file') return [];
  const { domain } = await deployment();
  const answer = await callAsTwilio(twilio, urlOf(domain, PRE_EVENT_PATH), {
    EventType: PRE_EVENT,
    'MessagingBinding.Address': SAMPLE.address,
    Source: 'EMAIL',
  });
  if (nameIn(answer) !== SAMPLE.name) return [];
  return [
    warning(
      'the sample customers are deployed',
      'Put your own into customers.json or customers.csv. Then npm run deploy.',
    ),
  ];
}
