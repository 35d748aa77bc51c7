import type { FakeServer } from '../../fakes/fake-server';
import { limitRate } from '../../fakes/rate-limit';

/** The Functions that are measured: ours, the same with every look-up and call made, and the baseline. */
export const CANDIDATES = ['ours', 'without circuit breakers', 'baseline'] as const;
export type Candidate = (typeof CANDIDATES)[number];

/** What the Functions depend on, and how it is meanwhile. */
export interface Situation {
  name: string;
  /** Where the customers are. */
  source: 'file' | 'http';
  begin?(crm: FakeServer, api: FakeServer): void;
  /** What is asked does not answer: a circuit breaker makes a difference. */
  isBroken?: boolean;
  /** Each instance is a new one. */
  isCold?: boolean;
  /** About how many conversations a second are carried: the search begins there. By default, as many as are tried. */
  guesses?: Partial<Record<Candidate, number>>;
}

export const FILE: Situation = { name: 'embedded file', source: 'file' };
export const CRM_HANGS: Situation = {
  name: 'the CRM hangs',
  source: 'http',
  isBroken: true,
  guesses: { 'without circuit breakers': 4, baseline: 1 },
  begin: (crm) => {
    crm.fault = 'hang';
  },
};
/** One look-up in twenty is not answered. */
export const CRM_HANGS_AT_TIMES: Situation = {
  name: 'one look-up in twenty hangs',
  source: 'http',
  begin: (crm) => {
    let asked = 0;
    crm.faultOf = () => (asked++ % 20 === 0 ? 'hang' : undefined);
  },
};
export const API_HANGS: Situation = {
  name: "Twilio's API hangs",
  source: 'file',
  isBroken: true,
  guesses: { 'without circuit breakers': 10, baseline: 3 },
  begin: (_crm, api) => {
    api.fault = 'hang';
  },
};

/** A CRM, or Twilio's API, that takes so long for each answer. */
export function takes(who: 'the CRM' | "Twilio's API", ms: number, guess?: number): Situation {
  return {
    name: `${who} takes ${ms.toLocaleString('en')} ms`,
    source: 'http',
    guesses: { ours: guess, baseline: guess },
    begin: (crm, api) => {
      (who === 'the CRM' ? crm : api).delayMs = ms;
    },
  };
}

export const SITUATIONS: Situation[] = [
  FILE,
  { ...FILE, name: 'embedded file, new instances', isCold: true },
  takes('the CRM', 50),
  takes('the CRM', 200, 65),
  takes('the CRM', 1000, 14),
  {
    name: 'the CRM takes 5 a second',
    source: 'http',
    isBroken: true,
    guesses: { ours: 20, 'without circuit breakers': 3 },
    begin: (crm) => {
      crm.faultOf = limitRate({ perSecond: 5 });
    },
  },
  CRM_HANGS,
  {
    name: 'the CRM refuses (401)',
    source: 'http',
    begin: (crm) => {
      crm.fault = { status: 401 };
    },
  },
  takes("Twilio's API", 200, 70),
  API_HANGS,
];
