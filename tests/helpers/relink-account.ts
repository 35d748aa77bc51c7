import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { conversationsOf } from '../../tools/commands/relink/list-conversations';
import { relink } from '../../tools/commands/relink/relink';
import { type Run, relinkAll } from '../../tools/commands/relink/relink-all';
import { connectToFake } from '../../tools/fakes/connect-to-fake';
import type { Call } from '../../tools/fakes/fake-server';
import { type FakeConversations, startFakeConversations } from '../../tools/fakes/twilio/conversations';
import type { Conversation, Participant } from '../../tools/fakes/twilio/conversations-resources';
import { loadCrm } from '../../tools/runtime/in-process-runtime';
import { captureLog } from './in-process-runtime';
import { runHere } from './run-here';

export const ACCOUNT = { accountSid: `AC${'1'.repeat(32)}`, authToken: 'token' };
/** Whom the customers of the build know, and whom they do not. */
export const ADA = '+14155550147';
export const STRANGER = '+14155550199';
export const sid = (prefix: string, i: number) => prefix + i.toString(16).padStart(32, '0');

/** An account with conversations, and an empty project to run `npm run relink` in: new ones for each test. */
export function useRelinkAccount() {
  const repository = process.cwd();
  const { BUILD_FOLDER } = process.env;
  let project: string;
  const account = {
    /** The folder of this project. */
    repository,
    /** What is said on standard error while a run is under way. */
    said: undefined as unknown as jest.SpyInstance,
    api: undefined as unknown as FakeConversations,
    /** Told each call to Twilio. */
    onCall: (_call: Call): void => undefined,

    add(i: number, conversation: Partial<Conversation> = {}, ...members: Partial<Participant>[]) {
      const { api } = account;
      api.addConversation({ sid: sid('CH', i), friendlyName: ADA, attributes: '{}', ...conversation });
      for (const [j, member] of (members.length ? members : [{}]).entries()) {
        api.add({
          sid: sid('MB', i * 16 + j),
          conversationSid: sid('CH', i),
          attributes: '{}',
          address: ADA,
          proxyAddress: '+15005550006',
          ...member,
        });
      }
    },
    conversation: (i: number) => account.api.conversation(sid('CH', i)),
    attributesOf: (i: number, j = 0) =>
      JSON.parse(account.api.participant(sid('MB', i * 16 + j))?.attributes ?? ''),
    writes: () => account.api.calls.filter(({ method }) => method === 'POST'),

    /** Runs the command. */
    async run(flags: string[] = [], signal = new AbortController().signal, env = {}) {
      const { code, out, problems } = await runHere(relink, ['--domain', 'example.com', ...flags], {
        env: { ACCOUNT_SID: ACCOUNT.accountSid, ...env },
        connect: () => connectToFake(account.api, ACCOUNT),
        signal,
      });
      return { status: code, stdout: out.join('\n'), stderr: problems.join('\n') };
    },

    /** Goes through the conversations without the command around it. */
    relinkAll: (run: Partial<Run> = {}) =>
      relinkAll({
        scope: {},
        accountSid: ACCOUNT.accountSid,
        source: 'file',
        conversations: conversationsOf(connectToFake(account.api, ACCOUNT)),
        crm: loadCrm(),
        context: { DOMAIN_NAME: 'example.com' } as Run['context'],
        perSecond: Number.POSITIVE_INFINITY,
        signal: new AbortController().signal,
        firstPauseMs: 20,
        note: () => undefined,
        ...run,
      }),
  };
  beforeEach(async () => {
    captureLog();
    account.said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    process.env.BUILD_FOLDER = resolve(repository, BUILD_FOLDER ?? 'dist');
    const { accountSid, authToken } = ACCOUNT;
    account.api = await startFakeConversations(accountSid, authToken, (call) => account.onCall(call));
    project = mkdtempSync(join(tmpdir(), 'relink-'));
    process.chdir(project);
  });
  afterEach(() => {
    account.api.close();
    account.onCall = () => undefined;
    process.chdir(repository);
    process.env.BUILD_FOLDER = BUILD_FOLDER;
    rmSync(project, { recursive: true });
    jest.restoreAllMocks();
  });
  return account;
}
