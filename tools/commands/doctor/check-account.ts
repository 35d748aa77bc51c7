import { described } from '../../twilio/errors';
import { type Check, ok, problem, warning } from './check';

/** https://www.twilio.com/docs/iam/api/account */
export const account: Check = {
  name: 'account',
  about: 'the credentials are accepted, and the account is active',
  async run({ twilio, ask, webhooks }) {
    const { status } = await ask(async () =>
      described(await twilio.api.v2010.accounts(twilio.accountSid ?? '').fetch(), 'status'),
    );
    if (status !== 'active') {
      return [problem(`the account is ${status}`, 'See what https://console.twilio.com says about it.')];
    }
    // Whether an account has Flex is told by nothing else that can be read.
    const global = await webhooks('account').catch(() => undefined);
    if (global?.target !== 'flex') return [ok('active')];
    return [
      warning(
        'active; Conversations sends its events to Flex',
        'Frontline cannot be in an account with Flex.',
      ),
    ];
  },
};
