/** Relinks in a process of its own, as benchRelink says, and reports what that took. */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import type { Twilio } from 'twilio';
import { conversationsOf } from '../../commands/relink/list-conversations';
import { relinkAll } from '../../commands/relink/relink-all';
import { connectToFake } from '../../fakes/connect-to-fake';
import { type Crm, loadCrm } from '../../runtime/in-process-runtime';
import type { RelinkResult, RelinkTask } from './bench-relink';

const task: RelinkTask = JSON.parse(process.argv[2] ?? '');
const CONTEXT = { DOMAIN_NAME: 'example.com', ...task.settings } as Parameters<Crm['findCustomer']>[1];
const twilio = connectToFake(task, task);
const crm = loadCrm(task.customers ? { '/customers.json': { path: task.customers } } : {});

async function ours(): Promise<number> {
  const { lookUps, halt } = await relinkAll({
    scope: {},
    accountSid: task.accountSid,
    source: CONTEXT.CRM_SOURCE ?? 'file',
    conversations: conversationsOf(twilio),
    crm,
    context: CONTEXT,
    perSecond: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    note: () => undefined,
  });
  if (halt) throw halt;
  return lookUps;
}

/** As one would write it first: all conversations in a list, one after the other, one call after the other. */
async function oneByOne({ conversations: { v1 } }: Twilio): Promise<number> {
  let lookUps = 0;
  for (const { sid, friendlyName } of await v1.conversations.list()) {
    const conversation = v1.conversations(sid);
    for (const participant of await conversation.participants.list()) {
      const attributes = JSON.parse(participant.attributes);
      const address = crm.parseAddress(participant.messagingBinding?.address);
      if (!address || attributes.customer_id) continue;
      lookUps++;
      const customer = await crm.findCustomer(address, CONTEXT, { startedAt: performance.now() });
      if (!customer) continue;
      const linked = JSON.stringify({ ...attributes, ...customer });
      await conversation.participants(participant.sid).update({ attributes: linked });
      if (friendlyName === address.value) {
        await conversation.update({
          friendlyName: customer.display_name,
          attributes: JSON.stringify({ avatar: customer.avatar }),
        });
      }
    }
  }
  return lookUps;
}

/** The most that was in use after a full garbage collection, in bytes: what is not garbage that waits to be collected. */
let inUse = 0;
new PerformanceObserver((list) => {
  const isFull = list
    .getEntries()
    .some((entry) => 'detail' in entry && Object(entry.detail).kind === constants.NODE_PERFORMANCE_GC_MAJOR);
  if (isFull) inUse = Math.max(inUse, process.memoryUsage().heapUsed);
}).observe({ entryTypes: ['gc'] });

async function report() {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const lookUps = task.isBaseline ? await oneByOne(twilio) : await ours();
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  // https://nodejs.org/api/process.html#processresourceusage: in kilobytes
  const rss = process.resourceUsage().maxRSS * 1024;
  // A short run may have had none.
  globalThis.gc?.();
  inUse = Math.max(inUse, process.memoryUsage().heapUsed);
  const result: RelinkResult = { seconds, cpuSeconds: (user + system) / 1e6, lookUps, rss, inUse };
  process.send?.(result, () => process.exit());
}

void report();
