import type { Fault } from '../../fakes/fake-server';
import type { ExpectedLink, WebhookResult } from './promises';
import { CONVERSATION_SID, serveFunctions } from './served-functions';

/** What passes when a call is made again. */
export const TRANSIENT_FAULTS: Record<string, Fault> = {
  '429 once': { status: 429 },
  '500 once': { status: 500 },
  '503 once': { status: 503 },
  'a malformed answer once': 'malformed',
  'a dropped connection once': 'drop',
  'no answer once': 'hang',
};
/** What does not pass, and what on-participant-added answers then. */
export const PERMANENT_FAULTS: Record<string, [Fault, ExpectedLink]> = {
  404: [{ status: 404 }, 'nothing to do'],
  401: [{ status: 401, code: 20003 }, 'refused'],
  400: [{ status: 400 }, 'refused'],
  '429 for ever': [{ status: 429 }, 'sent again'],
  '500 for ever': [{ status: 500 }, 'sent again'],
  '503 for ever': [{ status: 503 }, 'sent again'],
  '50386 for ever': [{ status: 409, code: 50386 }, 'sent again'],
  'malformed answers for ever': ['malformed', 'sent again'],
  'dropped connections for ever': ['drop', 'sent again'],
  'drips for ever': ['drip', 'sent again'],
  'no answer for ever': ['hang', 'sent again'],
};

/** Breaks Twilio's own API under on-participant-added. */
export async function breakTwilio(report: (result: WebhookResult) => void) {
  const served = await serveFunctions("Twilio's API", report);
  const { api } = served;
  await served.linkParticipant('works', 'linked');
  for (const [name, fault] of Object.entries(TRANSIENT_FAULTS)) {
    api.faults = [fault];
    await served.linkParticipant(name, 'linked');
  }
  api.initializing.add(CONVERSATION_SID);
  setTimeout(() => api.initializing.clear(), 1000);
  await served.linkParticipant('50386 for a second', 'linked');
  for (const [name, [fault, promise]] of Object.entries(PERMANENT_FAULTS)) {
    api.fault = fault;
    await served.linkParticipant(name, promise);
    api.fault = undefined;
    await served.worksAgain();
  }
  await served.linkParticipant('works again', 'linked');
  await served.stop();
}
