import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { builtFolder } from '../../build/built-folder';
import { compileCustomers } from '../../customers/compile-customers';
import { fakeCrm, startFakeCrms } from '../../fakes/fake-crms';
import type { Call } from '../../fakes/fake-server';
import { startFakeConversations } from '../../fakes/twilio/conversations';
import { makeTemporaryFolder } from '../../runtime/temporary-folder';
import { numberOf } from '../bench/customers';

/** What was broken under `npm run relink`, and what became of the conversations. */
export interface RelinkOutcome {
  /** What was broken: a call to Twilio, the CRM, the process. */
  part: string;
  /** How it was broken. */
  fault: string;
  conversations: number;
  /** Conversations that were neither named and linked nor counted, in a run that was said to be complete. */
  lost: number;
  /** Conversations and participants that were written more than once. */
  writtenTwice: number;
  /** What was not as promised. */
  problem?: string;
}

export type OldConversations = Awaited<ReturnType<typeof startOldConversations>>;

const CONVERSATIONS_A_DAY = 7;
const A_DAY_MS = 24 * 60 * 60 * 1000;
const PROXY = '+14155550100';

/** The source that a process looks customers up in: whoever measures may have customers of their own in the build. */
const SOURCE = 'http';
const RELINK = resolve(__dirname, '../../commands/relink/relink.ts');

/**
 * Conversations from before, on fakes of Twilio's API and of a CRM: one in six has a name that somebody chose, one in six is a
 * group with somebody whom the CRM does not know, one in six is linked already, and the others are neither named nor linked.
 *
 * @param onCall is told each call to Twilio
 */
export async function startOldConversations(count: number, onCall: (call: Call) => void = () => undefined) {
  const account = {
    accountSid: `AC${randomBytes(16).toString('hex')}`,
    authToken: randomBytes(16).toString('hex'),
  };
  const writes = new Map<string, number>();
  const api = await startFakeConversations(account.accountSid, account.authToken, (call) => {
    // Half an answer is one too: it was written.
    const isWritten = call.method === 'POST' && (call.outcome === 200 || call.outcome === 'malformed');
    if (isWritten) writes.set(call.path, (writes.get(call.path) ?? 0) + 1);
    onCall(call);
  });
  const crm = await startFakeCrms();
  const customers = Array.from({ length: count }, (_, i) => ({
    id: `C-${i}`,
    lastName: `Number ${i}`,
    phone: numberOf(i),
  }));
  crm.know(...customers);
  // The checkpoint of a process is here, too.
  const folder = makeTemporaryFolder('frontline-old-conversations');
  const customersFile = join(folder, 'customers.json');
  const inFile = customers.map(({ id, lastName, phone }) => ({
    customer_id: id,
    display_name: lastName,
    channels: [{ type: 'sms', value: phone }],
  }));
  writeFileSync(customersFile, compileCustomers(JSON.stringify(inFile)).json);
  for (let i = 0; i < count; i++) {
    const hex = i.toString(16).padStart(32, '0');
    const [conversationSid, kind] = [`CH${hex}`, i % 6];
    api.addConversation({
      sid: conversationSid,
      friendlyName: kind === 0 ? `Order ${i}` : numberOf(i),
      attributes: '{}',
      state: i % 2 ? 'active' : 'inactive',
      dateCreated: new Date(Date.now() - Math.floor(i / CONVERSATIONS_A_DAY) * A_DAY_MS).toISOString(),
    });
    const link = { customer_id: `C-${i}`, display_name: `Number ${i}` };
    const member = {
      sid: `MB${hex}`,
      conversationSid,
      attributes: kind === 2 ? JSON.stringify(link) : '{}',
      address: numberOf(i),
      proxyAddress: kind === 1 ? undefined : PROXY,
    };
    api.add(member);
    if (kind === 1) {
      api.add({ ...member, sid: member.sid.replace('MB0', 'MBf'), address: numberOf(count + i) });
    }
  }
  const isDone = (i: number) => {
    const hex = i.toString(16).padStart(32, '0');
    const isLinked = api.participant(`MB${hex}`)?.attributes.includes('customer_id') ?? false;
    return isLinked && api.conversation(`CH${hex}`)?.friendlyName !== numberOf(i);
  };
  const settings = Object.entries({ CRM_SOURCE: SOURCE, ...fakeCrm(SOURCE).settings });
  writeFileSync(join(folder, '.env'), settings.map(([name, value]) => `${name}=${value}\n`).join(''));
  return {
    account,
    api,
    crm,
    /** The customers, as the source `file` has them. */
    customersFile,
    /** Starts `npm run relink` as a process, with a CRM that is asked over HTTP. */
    relink(...flags: string[]): ChildProcessByStdio<null, Readable, null> {
      return spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), RELINK, ...flags], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: {
          PATH: process.env.PATH,
          BUILD_FOLDER: resolve(builtFolder()),
          ACCOUNT_SID: account.accountSid,
          AUTH_TOKEN: account.authToken,
          ...api.env,
          ...crm.env,
        },
      });
    },
    /** How many conversations are neither named nor linked, or only one of both. */
    left: () => Array.from({ length: count }, (_, i) => i).filter((i) => !isDone(i)).length,
    /** How many writes there have been, and how many of them were of something that had been written before. */
    writes() {
      const all = [...writes.values()].reduce((sum, one) => sum + one, 0);
      return { all, twice: all - writes.size };
    },
    close() {
      api.close();
      crm.close();
      rmSync(folder, { recursive: true });
    },
  };
}
