import { fakeCrm, startFakeCrms } from '../../fakes/fake-crms';
import type { WebhookResult } from './promises';
import { ADA, CONVERSATION_SID, serveFunctions } from './served-functions';

const PART = 'the CRM at the first webhook, back at the second';
const NAME = `${ADA.firstName} ${ADA.lastName}`;

/**
 * Breaks the CRM under on-conversation-add, and fixes it for on-participant-added: the conversation is named then, and
 * what somebody wrote in between stays.
 */
export async function healAndKeep(report: (result: WebhookResult) => void) {
  const apis = await startFakeCrms();
  apis.know({ id: '1001', firstName: ADA.firstName, lastName: ADA.lastName, phone: ADA.number });
  const settings = { CRM_SOURCE: 'http', ...fakeCrm('http').settings };
  const served = await serveFunctions(PART, report, { ...settings, ...apis.env });
  const { api } = served;

  /** The name that the conversation has in the end, if it had this one before the second webhook. */
  async function nameAfter(fault: string, friendlyName: string, expected: string) {
    apis.fault = { status: 500 };
    await served.nameConversation(fault, 'by number');
    apis.fault = undefined;
    api.addConversation({ sid: CONVERSATION_SID, friendlyName, attributes: '{}' });
    await served.linkParticipant(fault, 'linked');
    const name = api.conversation(CONVERSATION_SID)?.friendlyName;
    if (name !== expected) report({ part: PART, fault, ms: 0, problem: `named ${name}`, isLost: false });
  }

  await nameAfter('names the conversation', ADA.number, NAME);
  await nameAfter('keeps a name that a worker chose', 'Order 4711', 'Order 4711');
  api.faultOf = ({ path }) => (path.includes('Participants') ? undefined : { status: 500 });
  await nameAfter("links all the same if Twilio's API fails for the name", ADA.number, ADA.number);
  api.faultOf = undefined;
  for (const [fault, attributes, expected] of [
    ['keeps attributes that were written meanwhile', { vip: true }, { vip: true, customer_id: '1001' }],
    ['keeps the customer who was linked meanwhile', { customer_id: 'C-9' }, { customer_id: 'C-9' }],
  ] as const) {
    await served.linkParticipant(fault, 'linked', {
      attributes: JSON.stringify(attributes),
      RetryCount: '1',
    });
    const written = served.attributes();
    const isKept = Object.entries(expected).every(([name, value]) => written[name] === value);
    if (!isKept) {
      report({ part: PART, fault, ms: 0, problem: `has ${Object.keys(written)}`, isLost: false });
    }
  }
  await served.stop();
  apis.close();
}
