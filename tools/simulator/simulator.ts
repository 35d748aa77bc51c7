import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../build/env-file';
import { crmSourceOf } from '../crm-source';
import { customersFile, SAMPLE_CUSTOMERS } from '../customers/customers-file';
import { startFakeConversations } from '../fakes/twilio/conversations';
import { type LocalRuntime, startLocalRuntime } from '../runtime/local-runtime';
import { makeTemporaryFolder } from '../runtime/temporary-folder';
import { observeProject } from './observed-project';
import { readPeople } from './people';
import { ReportMessage } from './report-message';
import { type Durations, type Listener, SimulatedTwilio } from './simulated-twilio';
import { INSTEAD_OF_FUNCTIONS, type SwitchId } from './switches';

/** Lines of the log that are kept. */
const LOG_MAX = 500;

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;

export interface SimulatorOptions {
  /** What is in `.env`. */
  readVariables?: () => NodeJS.Dict<string>;
  durations?: Partial<Durations>;
  listener?: Partial<Listener> & {
    /** A line of the Functions' log. */
    log?(line: string): void;
    /** The process that served the Functions has ended. @param restarted settles once they are served again, or cannot be */
    crash?(restarted: Promise<void>): void;
  };
}

/** Serves the built Functions, and plays Twilio on both of their sides. */
export async function startSimulator({
  readVariables = readEnvFile,
  durations,
  listener = {},
}: SimulatorOptions = {}) {
  const account = { sid: `AC${randomBytes(16).toString('hex')}`, authToken: randomBytes(16).toString('hex') };
  const switches = makeTemporaryFolder('frontline-switches');
  const log: string[] = [];
  let source = '';
  let customers: string | undefined;
  let people = readPeople();
  let runtime: LocalRuntime | undefined;
  let port: number | undefined;

  const api = await startFakeConversations(account.sid, account.authToken, (call) => twilio.noteCall(call));
  const functionsUrl = () => runtime?.url ?? `http://localhost:${port}`;
  const twilio = new SimulatedTwilio(account, api, functionsUrl, { listener, durations });

  const noteLog = byLine((line) => {
    if (!line) return;
    log.push(line);
    log.splice(0, log.length - LOG_MAX);
    listener.log?.(line);
  });
  const serve = async () => {
    const variables = readVariables();
    source = crmSourceOf(variables);
    customers = source === 'file' ? customersFile(variables) : undefined;
    people = readPeople();
    runtime = await startLocalRuntime({
      port,
      onLog: noteLog,
      onMessage: (message) => {
        const { success, data } = ReportMessage.safeParse(message);
        if (success) twilio.takeReport(data.exchange, data.report);
      },
      onCrash: () => {
        const restarted = reload();
        restarted.catch(() => undefined);
        listener.crash?.(restarted);
      },
      variables: {
        ...variables,
        ...api.env,
        ACCOUNT_SID: account.sid,
        AUTH_TOKEN: account.authToken,
        SIMULATOR_SWITCHES: switches,
        SIMULATOR_ACCOUNT_SID: variables.ACCOUNT_SID ?? '',
        SIMULATOR_AUTH_TOKEN: variables.AUTH_TOKEN ?? '',
      },
      edit: (dist) => observeProject(dist, source),
    });
    ({ port } = runtime);
  };
  const setSwitch = (id: SwitchId, on: boolean) => {
    twilio.switches[on ? 'add' : 'delete'](id);
    if (on) writeFileSync(join(switches, id), '');
    else rmSync(join(switches, id), { force: true });
  };
  let reloading = Promise.resolve();
  /** Serves what has been built meanwhile, on the same port, once for each call; webhooks wait until it does. */
  const reload = () => {
    reloading = reloading.catch(() => undefined).then(serveAnew);
    return reloading;
  };
  const serveAnew = async () => {
    await twilio.hold();
    try {
      await runtime?.stop();
      await serve();
    } finally {
      twilio.goOn();
    }
  };
  const stop = async () => {
    api.close();
    await runtime?.stop();
    rmSync(switches, { recursive: true, force: true });
  };

  await serve();
  return {
    twilio,
    /** The CRM source that the Functions ask. */
    source: () => source,
    /** The file of customers that was built, when the source is `file`. */
    customersFile: () => customers,
    /** Whose customers they are, in words. */
    customersInWords: () =>
      customers === SAMPLE_CUSTOMERS
        ? `the sample customers (${customers})`
        : `customers from ${customers ?? source}`,
    /** What the Functions have written to the log, a line each. */
    log,
    functionsUrl,
    people: () => people,
    /** Switches something on or off; what cannot be on beside it is switched off. */
    setSwitch(id: SwitchId, on: boolean) {
      const others = on && INSTEAD_OF_FUNCTIONS.includes(id) ? INSTEAD_OF_FUNCTIONS : [];
      for (const other of others) setSwitch(other, false);
      setSwitch(id, on);
    },
    reload,
    stop,
  };
}

/** Splits a text that comes in pieces into lines. */
function byLine(take: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  };
}
