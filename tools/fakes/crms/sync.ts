import { addressesOf, customerOf, type FakeCrm } from '../fake-crm';
import { answerDocuments, SYNC_HOST } from '../twilio/sync';

const account = { accountSid: `AC${'4'.repeat(32)}`, authToken: '5'.repeat(32) };

/** Twilio Sync, with a Document for each address of each contact. */
export const fake: FakeCrm = {
  crm: 'Sync',
  hosts: [SYNC_HOST],
  settings: { ACCOUNT_SID: account.accountSid, AUTH_TOKEN: account.authToken },
  credentials: 'AUTH_TOKEN',
  hasTypedNumbers: false,
  answer(request, contacts) {
    const documents = new Map(
      contacts.flatMap((contact) =>
        addressesOf(contact).map((address) => [uniqueNameOf(address), customerOf(contact)]),
      ),
    );
    return answerDocuments(request, { account, documents, services: ['default'] });
  },
};

/** As `npm run customers:upload` names a Document. */
function uniqueNameOf(address: string): string {
  return `customer:${address.includes('@') ? `email:${address.toLowerCase()}` : address}`;
}
