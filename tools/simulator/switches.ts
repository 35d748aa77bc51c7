import type { Fault } from '../fakes/fake-server';

/** What can be switched on in the simulator, as the page groups it. */
export const SWITCH_GROUPS = {
  'Before and after': {
    'no-functions': 'Without these Functions',
    'service-500': 'Another service is set, and answers 500',
  },
  'Your CRM': {
    'crm-down': 'The CRM is down',
    'crm-down-once': 'The CRM is down for the first try',
    'crm-slow': 'The CRM takes 6 s',
  },
  Twilio: {
    retries: 'Twilio sends again after 503, up to 3 times',
    'api-429': 'Twilio’s API answers 429 twice',
    'api-500': 'Twilio’s API answers 500',
    'api-hangs': 'Twilio’s API hangs',
    'api-drops': 'Twilio’s API drops the connection',
  },
  Frontline: {
    worker: 'A worker creates the conversation',
    linked: 'The customer is linked already',
    'wrong-filter': 'A wrong filter is ticked: onMessageAdd',
  },
} as const;

export const SWITCHES = {
  ...SWITCH_GROUPS['Before and after'],
  ...SWITCH_GROUPS['Your CRM'],
  ...SWITCH_GROUPS.Twilio,
  ...SWITCH_GROUPS.Frontline,
};

export type SwitchId = keyof typeof SWITCHES;

export const isSwitchId = (id: unknown): id is SwitchId =>
  typeof id === 'string' && Object.hasOwn(SWITCHES, id);

/** Of these, one at the most is on: each takes the place of the Functions. */
export const INSTEAD_OF_FUNCTIONS: SwitchId[] = ['no-functions', 'service-500'];

/** What becomes of the calls to Twilio’s API while these switches are on: the next ones, and all after them. */
export function apiFaults(on: ReadonlySet<SwitchId>): { faults: Fault[]; fault: Fault | undefined } {
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
