import type { Fault } from '../fakes/fake-server';

/** What can be broken in the simulator, a switch each. */
export const FAULTS = {
  'crm-down': 'The CRM is down',
  'crm-slow': 'The CRM takes 6 s',
  'api-429': 'Twilio’s API answers 429 twice',
  'api-500': 'Twilio’s API answers 500',
  'api-hangs': 'Twilio’s API hangs',
  'api-drops': 'Twilio’s API drops the connection',
  worker: 'A worker creates the conversation',
  linked: 'The customer is linked already',
  'wrong-filter': 'A wrong filter is ticked: onMessageAdd',
} as const;

export type FaultId = keyof typeof FAULTS;

export const isFaultId = (id: string): id is FaultId => Object.hasOwn(FAULTS, id);

/** What becomes of the calls to Twilio’s API while these switches are on: the next ones, and all after them. */
export function apiFaults(on: ReadonlySet<FaultId>): { faults: Fault[]; fault: Fault | undefined } {
  const limited: Fault = { status: 429, code: 20429 };
  const always = on.has('api-500')
    ? { status: 500, code: 20500 }
    : on.has('api-hangs')
      ? 'hang'
      : on.has('api-drops')
        ? 'drop'
        : undefined;
  return { faults: on.has('api-429') ? [limited, limited] : [], fault: always };
}
