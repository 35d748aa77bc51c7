import { resolve } from 'node:path';
import { builtFolder } from '../../build/built-folder';
import { builtAssets } from '../../runtime/in-process-runtime';
import { type CustomerFiles, numberOf } from './customers';
import { processResult } from './process-result';

/** A Function, and the Assets that it reads. */
export interface Candidate {
  functionFile: string;
  assets: Record<string, { path: string }>;
}

/** What a process that had just been started took. */
export interface ColdStart {
  /** Until Node ran the first line of the process, and until the first event was answered, in ms. */
  startedMs: number;
  answeredMs: number;
  /** The memory of the process after the first answer, in bytes. */
  rss: number;
  /** What each further event took, in ms. */
  warmMs: number[];
}

/** A Function that does nothing. */
export const EMPTY: Candidate = {
  functionFile: resolve('tools/measure/bench/empty-function.js'),
  assets: {},
};

export function ours({ compiled }: CustomerFiles): Candidate {
  return {
    functionFile: resolve(builtFolder(), 'functions/on-conversation-add.protected.js'),
    assets: { ...builtAssets(), '/customers.json': { path: compiled } },
  };
}

export function baseline({ plain }: CustomerFiles): Candidate {
  return {
    functionFile: resolve('tools/measure/bench/baseline/on-conversation-add.js'),
    assets: {
      '/customers.json': { path: plain },
      '/providers/customers.js': { path: resolve('tools/measure/bench/baseline/customers-in-a-list.js') },
    },
  };
}

/**
 * Answers one event in a process of its own, and then more of them, from customers all over the list.
 *
 * @param count how many customers there are
 * @throws Error if the customer is not found: nothing would be measured then
 */
export async function measureColdStart(candidate: Candidate, count: number, warm = 0): Promise<ColdStart> {
  const event = { EventType: 'onConversationAdd', Attributes: '{}', MessageBody: 'Hello' };
  // In the middle of the list first; then in steps that share no divisor with its length.
  const addresses = Array.from({ length: 1 + warm }, (_, i) =>
    numberOf(Math.floor(count / 2 + i * 7919) % count),
  );
  const argument = JSON.stringify({ ...candidate, event, addresses });
  const answered = await processResult<ColdStart & { body: { friendly_name?: string } }>(
    'answer-events.js',
    argument,
    { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const found = answered.body.friendly_name;
  if (candidate !== EMPTY && found !== `Customer number ${Math.floor(count / 2)}`) {
    throw new Error(`${candidate.functionFile} answered ${found}`);
  }
  return answered;
}
