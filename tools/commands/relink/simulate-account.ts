import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../customers/compile-customers';
import { type CustomersSettings, loadCustomers } from '../../customers/customers-file';
import { connectToFake } from '../../fakes/connect-to-fake';
import { startFakeConversations } from '../../fakes/twilio/conversations';

const ACCOUNT = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'simulated' };
const PROXY = '+15005550006';
const CONVERSATIONS = 300;
/** The states of one conversation after the other. */
const STATES = ['active', 'inactive', 'active', 'closed'] as const;
const A_DAY_MS = 24 * 60 * 60 * 1000;

/**
 * An account on this machine, with conversations from before: of the customers in the file, and of people who are in no CRM; some
 * have a name that somebody chose, and some are closed.
 */
export async function simulateAccount(settings: CustomersSettings) {
  const { json, customers, file } = await loadCustomers(settings, compile);
  const folder = mkdtempSync(join(tmpdir(), 'relink-'));
  const compiled = join(folder, 'customers.json');
  writeFileSync(compiled, json);

  const api = await startFakeConversations(ACCOUNT.accountSid, ACCOUNT.authToken);
  api.limits.latencyMs = 20;
  const known = customers.map(({ key }) => key.replace(/^email:/, ''));
  for (let i = 0; i < CONVERSATIONS; i++) {
    const hex = i.toString(16).padStart(32, '0');
    const stranger = `+1415555${String(1000 + i)}`;
    const address = (i % 3 > 0 && known[i % known.length]) || stranger;
    const conversationSid = `CH${hex}`;
    api.addConversation({
      sid: conversationSid,
      friendlyName: i % 10 === 0 ? `Order ${4711 + i}` : address,
      attributes: '{}',
      state: STATES[i % STATES.length],
      dateCreated: new Date(Date.now() - i * A_DAY_MS).toISOString(),
    });
    api.add({ sid: `MB${hex}`, conversationSid, attributes: '{}', address, proxyAddress: PROXY });
  }
  const closed = api.all().conversations.filter(({ state }) => state === 'closed').length;
  return {
    /** What it is, in two sentences. */
    about:
      'Simulated: each run starts with a new made-up account, of ' +
      `${CONVERSATIONS} conversations (${closed} closed ones are left out) with the customers of ${file} and with ` +
      'strangers. Nothing leaves this machine.',
    twilio: connectToFake(api, ACCOUNT),
    env: { CRM_SOURCE: 'file' },
    domain: 'localhost:3000',
    /** The customers, in place of those of the build. */
    assets: { '/customers.json': { path: compiled } },
    close() {
      api.close();
      rmSync(folder, { recursive: true });
    },
  };
}
