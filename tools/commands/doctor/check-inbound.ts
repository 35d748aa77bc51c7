import type { ServiceSid } from '../../twilio/conversations-services';
import { type Check, type Finding, ok, problem } from './check';
import type { Installation } from './installation';
import { isConnected, planOf } from './webhook-plans';

/** Where messages become conversations: https://www.twilio.com/docs/conversations/inbound-autocreation */
export const inbound: Check = {
  name: 'inbound',
  about: 'addresses create conversations in services that are there, and call the Functions',
  async run(installation) {
    const { services, webhooks } = installation;
    const { addresses, creatingIn, defaultSid } = await services();
    const on = addresses.filter(({ isOn }) => isOn);
    if (on.length === 0) {
      return [ok('no address creates conversations; a Messaging Service may, which the API does not tell')];
    }
    const findings = await Promise.all(
      creatingIn.map(async (service) => {
        const of = on.filter(({ serviceSid }) => serviceSid === service);
        const types = [...new Set(of.map(({ type }) => type))].join(', ');
        const count = `${of.length} ${of.length === 1 ? 'address' : 'addresses'} (${types})`;
        const where = service === defaultSid ? 'the default service' : service;
        if (await webhooks(service)) return ok(`${count} create conversations in ${where}`);
        return problem(
          `${count} create conversations in ${service}, which is gone`,
          'Give them another service: Console, Conversations > Manage > Addresses.',
        );
      }),
    );
    return [...findings, ...(await judgeCalls(creatingIn, installation))];
  },
};

/** If Twilio calls the Functions, but for no address. If it calls them nowhere, the check of webhooks says so. */
async function judgeCalls(used: ServiceSid[], { plans }: Installation): Promise<Finding[]> {
  // Without a deployment, another check says so.
  const planned = await plans().catch(() => undefined);
  if (!planned) return [];
  const { global, ofServices, gone } = planned;
  if (![global, ...ofServices.values()].some(isConnected)) return [];
  if (used.some((service) => gone.includes(service) || isConnected(planOf(service, planned)))) return [];
  const to = used.map((service) => ` --service ${service}`).join('');
  return [
    problem(
      'no address creates conversations where the Functions are called',
      `Run npm run connect --${to}.`,
    ),
  ];
}
