import { type Check, ok, problem } from './check';

/** Where messages become conversations: https://www.twilio.com/docs/conversations/inbound-autocreation */
export const inbound: Check = {
  name: 'inbound',
  about: 'addresses create conversations in services that are there',
  async run({ services, webhooks }) {
    const { addresses, defaultSid } = await services();
    const on = addresses.filter(({ isOn }) => isOn);
    if (on.length === 0) {
      return [ok('no address creates conversations; a Messaging Service may, which the API does not tell')];
    }
    const used = [...new Set(on.map(({ serviceSid }) => serviceSid))];
    const findings = await Promise.all(
      used.map(async (service) => {
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
    return findings;
  },
};
