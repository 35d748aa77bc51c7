import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { builtFolder } from '../build/built-folder';
import { readEnvFile } from '../build/env-file';
import { customersFile, SAMPLE_CUSTOMERS } from '../customers/customers-file';
import { startFakeConversations } from '../fakes/twilio/conversations';
import { startLocalRuntime } from '../runtime/local-runtime';
import { SimulatedTwilio } from './simulated-twilio';
import type { FaultId } from './switches';

/** A customer who may write. */
export interface Person {
  name: string;
  /** Their addresses, by the keys of the compiled customers. */
  keys: string[];
}

/** More would not be found in the page's list. */
const PEOPLE_MAX = 50;

/** What twilio-run itself writes: its routes, a line for each request, and boxes. */
const LINE_OF_TWILIO_RUN = /^\s*((Functions|Assets)\s*$|http:\/\/localhost|\d{3} [A-Z]+ |[┌│└])/;

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;

/**
 * Serves the built Functions, and plays Twilio on both of their sides.
 *
 * @param onChange is called whenever there is something new to show
 */
export async function startSimulator(onChange?: () => void) {
  const account = { sid: `AC${randomBytes(16).toString('hex')}`, authToken: randomBytes(16).toString('hex') };
  const switches = mkdtempSync(join(tmpdir(), 'simulator-'));
  let source = '';
  let customers: string | undefined;
  const api = await startFakeConversations(account.sid, account.authToken, (call) => twilio.noteCall(call));
  const serve = (port?: number) => {
    const variables = readEnvFile();
    source = variables.CRM_SOURCE?.trim() || 'file';
    customers = source === 'file' ? customersFile(variables) : undefined;
    return startLocalRuntime({
      port,
      onLog: onChange,
      variables: {
        ...variables,
        ...api.env,
        ACCOUNT_SID: account.sid,
        AUTH_TOKEN: account.authToken,
        SIMULATOR_SWITCHES: switches,
        SIMULATOR_ACCOUNT_SID: variables.ACCOUNT_SID ?? '',
        SIMULATOR_AUTH_TOKEN: variables.AUTH_TOKEN ?? '',
      },
      edit: (dist) => wrapSource(source, dist),
    });
  };
  let runtime = await serve();
  let people = readPeople();
  const twilio = new SimulatedTwilio(account, api, () => runtime.url, onChange);
  return {
    twilio,
    /** The CRM source that the Functions ask. */
    source: () => source,
    /** The file of customers that was built, when the source is `file`. */
    customersFile: () => customers,
    /** What the Functions have written to the log, a line each. */
    log: () =>
      runtime
        .log()
        .split('\n')
        .filter((line) => line && !LINE_OF_TWILIO_RUN.test(line)),
    functionsUrl: () => runtime.url,
    people: () => people,
    /** Breaks something, or mends it. */
    setFault(id: FaultId, on: boolean) {
      twilio.faults[on ? 'add' : 'delete'](id);
      if (on) writeFileSync(join(switches, id), '');
      else rmSync(join(switches, id), { force: true });
    },
    /** Serves what has been built meanwhile, on the same port. */
    async reload() {
      await runtime.stop();
      runtime = await serve(runtime.port);
      people = readPeople();
    },
    async stop() {
      api.close();
      await runtime.stop();
      rmSync(switches, { recursive: true });
    },
  };
}

/** The customers who may write, with their addresses as the build has normalised them; none if they are elsewhere. */
function readPeople(): Person[] {
  const compiled = join(builtFolder(), SAMPLE_CUSTOMERS);
  if (!existsSync(compiled)) return [];
  const json = readFileSync(compiled, 'utf8');
  const byId = new Map<string, Person>();
  for (const [key, id, name] of JSON.parse(json) as [key: string, id: string, name: string | null][]) {
    const person = byId.get(id) ?? { name: name ?? id, keys: [] };
    person.keys.push(key);
    byId.set(id, person);
  }
  return [...byId.values()].slice(0, PEOPLE_MAX);
}

/** Puts a source that can fail in the place of the CRM source, which it asks in turn: the Functions stay as they are. */
function wrapSource(source: string, dist: string) {
  const file = join(dist, `assets/crm/${source}.private.js`);
  if (!existsSync(file)) return;
  mkdirSync(join(dist, 'assets/wrapped'));
  renameSync(file, join(dist, 'assets/wrapped/source.private.js'));
  copyFileSync(resolve('tools/simulator/faulty-source.js'), file);
}
