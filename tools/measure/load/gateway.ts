import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FakeServer } from '../../fakes/fake-server';

/** What an event was answered, by a Function or by Twilio's gateway. */
export interface GatewayAnswer {
  status: number;
  body?: unknown;
}

/** What is deployed, and the fakes that it talks to. */
export interface Deployment {
  /** The files of the Functions by their paths, and the private Assets. */
  functions: Record<string, string>;
  assets: Record<string, { path: string }>;
  variables: Record<string, string>;
  crm: Pick<FakeServer, 'port' | 'certificate'>;
  twilio: Pick<FakeServer, 'port' | 'certificate'>;
  /** How much longer the first event of each Function takes on a new instance, in ms. */
  coldMs?: Record<string, number>;
}

export type Gateway = ReturnType<typeof startGateway>;

/**
 * How many executions of a service Twilio runs at once: https://github.com/twilio/ai, skill twilio-reliability-patterns.
 * What comes beyond is answered 429 (https://github.com/twilio/twilio-node/issues/360). Whether it is queued first is not documented.
 */
export const PLACES = 30;
const TOO_MANY: GatewayAnswer = { status: 429 };
/** How long an execution may take: https://www.twilio.com/docs/serverless/functions-assets/limits-and-pricing */
const EXECUTION_MAX_MS = 10_000;
const TOO_LONG: GatewayAnswer = { status: 504 };

/**
 * Twilio's gateway before the Functions. Each of the 30 places is an instance, which answers one event at a time: nothing
 * documents that two events meet in one instance, so none relies on it. They run in one process: 30 processes would wait
 * for the cores of this machine, which those of Twilio do not share.
 */
export function startGateway({ functions, assets, variables, crm, twilio, coldMs = {} }: Deployment) {
  const of = ({ port, certificate }: Deployment['crm']) => ({ port, certificate });
  const argument = JSON.stringify({ functions, assets, count: PLACES, crm: of(crm), twilio: of(twilio) });
  const instances = fork(resolve('tools/measure/load/instances.js'), [argument], {
    env: { ...process.env, ...variables },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const asked = new Map<number, (answer: GatewayAnswer) => void>();
  let asks = 0;
  instances.on('message', ({ id, ...answer }: GatewayAnswer & { id: number }) => {
    asked.get(id)?.(answer);
    asked.delete(id);
  });
  let isStopped = false;
  instances.once('exit', (code) => {
    if (!isStopped) throw new Error(`the process of the instances ended with ${code}`);
  });
  const idle = Array.from({ length: PLACES }, (_, place) => place);
  const started = new Set<string>();

  /** Has one instance answer an event. */
  async function sendTo(place: number, path: string, event: Record<string, string>) {
    const isCold = !started.has(`${place} ${path}`);
    started.add(`${place} ${path}`);
    if (isCold && coldMs[path]) await wait(coldMs[path]);
    if (isStopped) return TOO_MANY;
    const id = asks++;
    return new Promise<GatewayAnswer>((resolve) => {
      const tooLong = setTimeout(resolve, EXECUTION_MAX_MS, TOO_LONG).unref();
      asked.set(id, (answer) => {
        clearTimeout(tooLong);
        resolve(answer);
      });
      instances.send({ id, place, path, event });
    });
  }

  return {
    sendTo,
    async send(path: string, event: Record<string, string>): Promise<GatewayAnswer> {
      const place = idle.pop();
      if (place === undefined) return TOO_MANY;
      const answer = await sendTo(place, path, event);
      idle.push(place);
      return answer;
    },
    stop() {
      isStopped = true;
      instances.kill();
    },
  };
}
