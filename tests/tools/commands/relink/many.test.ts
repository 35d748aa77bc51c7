import * as mapping from '../../../../assets/crm.private';
import type { FrontlineCustomer, Member } from '../../../../assets/frontline.private';
import { lookUps } from '../../../../tools/commands/relink/crm-look-ups';
import type { Conversations, ListedConversation } from '../../../../tools/commands/relink/list-conversations';
import { Position } from '../../../../tools/commands/relink/position';
import { STATES, type State } from '../../../../tools/commands/relink/states';
import { takeConversations } from '../../../../tools/commands/relink/take-conversations';
import { startTally } from '../../../../tools/commands/relink/tally';
import { walk } from '../../../../tools/commands/relink/walk';
import { adaptiveCalls } from '../../../../tools/twilio/adaptive-calls';

/** `npm run bench` relinks 100,000. */
const CONVERSATIONS = 500;
const ADDRESSES = 100;
const CONVERSATIONS_A_DAY = 40;
const NEWEST = Date.parse('2026-11-01T12:00:00Z');
const A_DAY_MS = 24 * 60 * 60 * 1000;

const numberOf = (i: number) => `+1415555${String(1000 + (i % ADDRESSES))}`;
const dayOf = (i: number) =>
  new Date(NEWEST - Math.floor(i / CONVERSATIONS_A_DAY) * A_DAY_MS).toISOString().slice(0, 10);

/** The mapping, as far as it goes here: each of its Assets is loaded anew for each call, which is slow in a test. */
const crm = {
  ...mapping,
  parseAddress: (text: unknown) => ({ channel: 'sms', value: String(text), key: String(text) }),
  parseAttributes: (json: unknown) => JSON.parse(String(json)),
  isUnnamed: () => true,
  membersOf: (participants: { messagingBinding?: { address?: string } | null }[]): Member[] =>
    participants.flatMap(({ messagingBinding }) => {
      const address = crm.parseAddress(messagingBinding?.address);
      return address ? [{ address }] : [];
    }),
  conversationChanges: (_current: object, { members }: { members: Member[] }) => ({
    friendlyName: members[0]?.customer?.display_name,
  }),
  participantAttributes: (_json: unknown, customer: FrontlineCustomer) => JSON.stringify(customer),
} as unknown as typeof mapping;

test('500 conversations are taken a few at a time, with a look-up for each address and the calls that are needed', async () => {
  const { signal } = new AbortController();
  const counts = { listed: 0, participants: 0, writes: 0, underWay: 0, mostUnderWay: 0, ahead: 0 };
  const tally = startTally();
  const position = new Position('active', '2026-11-01');
  const findCustomer = jest.fn(async ({ value }) =>
    Number(value) % 5 ? { customer_id: `C-${value}`, display_name: `Customer ${value}` } : undefined,
  );
  const called = async () => {
    counts.mostUnderWay = Math.max(counts.mostUnderWay, ++counts.underWay);
    await new Promise(setImmediate);
    counts.underWay--;
  };
  const conversations = ((sid: string) => {
    const i = Number(sid.slice(2));
    const participant = {
      async update() {
        await called();
        counts.writes++;
        // One in 200 fails.
        if (i % 200 === 1) throw Object.assign(new Error('refused'), { status: 400, code: 20001 });
        return { sid, attributes: '{}' };
      },
    };
    // On a busy machine, what was read is old by now.
    const fetch = async () => ({ sid, friendlyName: numberOf(i), attributes: '{}', state: 'active' });
    const page = async () => {
      await called();
      counts.participants++;
      const messagingBinding = { address: numberOf(i), proxy_address: '+15005550006' };
      const instances = [{ sid: `MB${i}`, identity: null, messagingBinding, attributes: '{}' }];
      return { instances, _payload: { participants: instances, meta: { key: 'participants' } } };
    };
    const resource = { ...participant, fetch };
    return { ...resource, participants: Object.assign(() => resource, { page }) };
  }) as unknown as Conversations;

  async function* list({ state }: { state: State }): AsyncGenerator<ListedConversation> {
    for (let i = state === 'active' ? 0 : 1; i < CONVERSATIONS; i += 2) {
      counts.listed++;
      counts.ahead = Math.max(counts.ahead, counts.listed - tally.counts.conversations);
      const listed = { friendlyName: numberOf(i), attributes: '{}', state, readAt: performance.now() };
      yield { sid: `CH${i}`, day: dayOf(i), ...listed };
    }
  }

  const { find, asked } = lookUps({ ...crm, findCustomer }, {} as Parameters<typeof lookUps>[1], {
    perSecond: Number.POSITIVE_INFINITY,
    signal,
  });
  const calls = adaptiveCalls(10, { signal, firstPauseMs: 1 });
  const take = takeConversations(
    { conversations, calls, crm, find, refresh: false, dryRun: false },
    {
      tally,
      onStep: () => undefined,
      onDone: () => undefined,
      onFailure: (sid) => position.fail(sid),
    },
    signal,
  );
  const legs = STATES.map((state) => ({ state, until: '2026-11-01' }));
  await walk({ legs, list }, position, signal, take, () => undefined);

  expect(asked()).toBe(ADDRESSES);
  expect(counts).toMatchObject({ listed: CONVERSATIONS, participants: CONVERSATIONS });
  expect(counts.mostUnderWay).toBeLessThanOrEqual(10);
  // What is listed waits for nothing but those that are under way: memory does not grow with the number of conversations.
  expect(counts.ahead).toBeLessThanOrEqual(20);
  expect(tally.counts).toMatchObject({
    conversations: 500,
    linked: 397,
    named: 397,
    unknown: 100,
    failed: 3,
  });
  expect(counts.writes).toBe(2 * 397 + 3);
  expect(tally.failures()).toMatchObject([{ count: 3, sids: { length: 3 } }]);
  expect(position.get()).toMatchObject({
    state: 'inactive',
    day: dayOf(CONVERSATIONS - 1),
    failed: { length: 3 },
  });
}, 60_000);
