import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { builtFolder } from '../../build/built-folder';

/** What an event was answered, by a Function or by Twilio's gateway. */
export interface GatewayAnswer {
  status: number;
  body?: unknown;
}

export type Gateway = ReturnType<typeof startGateway>;

/**
 * How many executions of a service Twilio runs at once: https://github.com/twilio/ai, skill twilio-reliability-patterns.
 * What comes beyond is answered 429 (https://github.com/twilio/twilio-node/issues/360). Whether it is queued first is not documented.
 */
const PLACES = 30;
const TOO_MANY: GatewayAnswer = { status: 429 };

/**
 * Twilio's gateway before the built Functions. Each place is a process of its own, which is started when it is needed, and
 * answers one event at a time: nothing documents that two events meet in one instance, so none relies on it.
 *
 * @param changedAssets other files behind some of the private Assets
 */
export function startGateway(variables: Record<string, string>, changedAssets: Record<string, string> = {}) {
  const folder = resolve(builtFolder(), 'assets');
  const assets = Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.includes('.private.'))
      .map((file) => [
        `/${file.replaceAll('\\', '/').replace('.private', '')}`,
        { path: resolve(folder, file) },
      ]),
  );
  for (const [path, file] of Object.entries(changedAssets)) assets[path] = { path: resolve(file) };
  const functionOf = (name: string) => resolve(builtFolder(), `functions/${name}.protected.js`);
  const argument = JSON.stringify({
    assets,
    functions: {
      '/on-conversation-add': functionOf('on-conversation-add'),
      '/on-participant-added': functionOf('on-participant-added'),
    },
  });
  const instances: ChildProcess[] = [];
  const idle: ChildProcess[] = [];

  function start(): ChildProcess {
    const instance = fork(resolve('tools/measure/load/instance.js'), [argument], {
      env: { ...process.env, ...variables },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    instances.push(instance);
    return instance;
  }

  return {
    async send(path: string, event: Record<string, string>): Promise<GatewayAnswer> {
      const instance = idle.pop() ?? (instances.length < PLACES ? start() : undefined);
      if (!instance) return TOO_MANY;
      instance.send({ path, event });
      const [answer] = await once(instance, 'message');
      idle.push(instance);
      return answer;
    },
    stop() {
      for (const instance of instances) instance.kill();
    },
  };
}
