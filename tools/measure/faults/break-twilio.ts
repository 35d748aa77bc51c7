import type { Fault } from '../../fakes/fake-server';
import type { Linking, Trial } from './promises';
import { CONVERSATION_SID, startScene } from './served-functions';

const ONCE: Record<string, Fault> = {
  '429 once': { status: 429 },
  '500 once': { status: 500 },
  '503 once': { status: 503 },
  'a malformed answer once': 'malformed',
  'a dropped connection once': 'drop',
  'no answer once': 'hang',
};
const FOR_EVER: Record<string, [Fault, Linking]> = {
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
export async function breakTwilio(report: (trial: Trial) => void) {
  const scene = await startScene("Twilio's API", report);
  const { api } = scene;
  await scene.link('works', 'linked');
  for (const [name, fault] of Object.entries(ONCE)) {
    api.faults = [fault];
    await scene.link(name, 'linked');
  }
  api.initializing.add(CONVERSATION_SID);
  setTimeout(() => api.initializing.clear(), 1000);
  await scene.link('50386 for a second', 'linked');
  for (const [name, [fault, promise]] of Object.entries(FOR_EVER)) {
    api.fault = fault;
    await scene.link(name, promise);
  }
  api.fault = undefined;
  await scene.link('works again', 'linked');
  await scene.stop();
}
