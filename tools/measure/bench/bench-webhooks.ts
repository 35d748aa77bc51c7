import { cpSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startFakeConversations } from '../../fakes/twilio/conversations';
import { startLocalRuntime } from '../../runtime/local-runtime';
import { type CustomerFiles, numberOf } from './customers';

/** A participant, and whether the CRM knows them. */
export type Who = 'a worker' | 'an unknown customer' | 'a known customer' | 'a customer linked already';

/** How many customers there are. */
export const LOAD_SIZE = 10_000;
const ACCOUNT_SID = `AC${'1'.repeat(32)}`;
const AUTH_TOKEN = '2'.repeat(32);
const PARTICIPANT = { ConversationSid: `CH${'3'.repeat(32)}`, ParticipantSid: `MB${'4'.repeat(32)}` };
/** In the middle of the list. */
const KNOWN_INDEX = LOAD_SIZE / 2;
const KNOWN = { 'MessagingBinding.Address': numberOf(KNOWN_INDEX) };
const LINKED = JSON.stringify({
  customer_id: `C-${KNOWN_INDEX}`,
  display_name: `Customer number ${KNOWN_INDEX}`,
  avatar: `https://example.com/avatars/${KNOWN_INDEX}.png`,
});
const EVENTS: Record<Who, Record<string, string>> = {
  'a worker': { Identity: 'ana@example.com' },
  'an unknown customer': { 'MessagingBinding.Address': '+14155550199' },
  'a known customer': KNOWN,
  'a customer linked already': { ...KNOWN, Attributes: LINKED },
};

/** Where the files of the baseline are deployed. */
const BASELINE = {
  'on-conversation-add': 'functions/on-conversation-add.protected.js',
  'on-participant-added': 'functions/on-participant-added.protected.js',
  'customers-in-a-list': 'assets/providers/customers.private.js',
};

/** Serves ours or the baseline by Twilio's local runtime, in one warm process, beside a fake of Twilio's API. */
export async function serveWebhooks(files: CustomerFiles, isBaseline: boolean) {
  const api = await startFakeConversations(ACCOUNT_SID, AUTH_TOKEN);
  const runtime = await startLocalRuntime({
    variables: { ACCOUNT_SID, AUTH_TOKEN, ...api.env },
    edit: (dist) => {
      cpSync(isBaseline ? files.plain : files.compiled, join(dist, 'assets/customers.private.json'));
      if (!isBaseline) return;
      for (const [name, path] of Object.entries(BASELINE)) {
        cpSync(`tools/measure/bench/baseline/${name}.js`, join(dist, path));
      }
    },
  });

  /** @returns how many calls to Twilio that took, and how many ms */
  async function add(who: Who): Promise<{ calls: number; ms: number }> {
    const { Attributes = '{}' } = EVENTS[who];
    api.add({
      sid: PARTICIPANT.ParticipantSid,
      conversationSid: PARTICIPANT.ConversationSid,
      attributes: Attributes,
    });
    api.calls.length = 0;
    const event = {
      EventType: 'onParticipantAdded',
      DateCreated: new Date().toISOString(),
      Attributes,
      ...PARTICIPANT,
      ...EVENTS[who],
    };
    const startedMs = performance.now();
    const { status } = await fetch(`${runtime.url}/on-participant-added`, {
      method: 'POST',
      body: new URLSearchParams(event),
    });
    const ms = performance.now() - startedMs;
    if (status !== 200) throw new Error(`${who}: ${status}\n${runtime.log()}`);
    return { calls: api.calls.length, ms };
  }

  return {
    add,
    setDelay(ms: number) {
      api.delayMs = ms;
    },
    /** Sends on-conversation-add events on so many connections, as fast as they are answered. */
    async load(connections: number, seconds: number) {
      const { requests, latency, errors, timeouts, non2xx } = await autocannon({
        url: `${runtime.url}/on-conversation-add`,
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ EventType: 'onConversationAdd', Attributes: '{}', ...KNOWN }).toString(),
        connections,
        duration: seconds,
        // In a thread of its own, so that this one goes on reading the log.
        workers: 1,
      });
      return { perSecond: requests.average, p99Ms: latency.p99, errors: errors + timeouts + non2xx };
    },
    async stop() {
      api.close();
      await runtime.stop();
    },
  };
}
