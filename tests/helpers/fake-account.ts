import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { builtFolder } from '../../tools/build/built-folder';
import type { Command } from '../../tools/commands/command-line';
import { connectToFake } from '../../tools/fakes/connect-to-fake';
import { type AccountState, newAccount, startFakeAccount } from '../../tools/fakes/twilio/fake-account';
import { DOMAIN } from '../../tools/fakes/twilio/serverless';
import { runHere } from './run-here';

export const ACCOUNT = { accountSid: `AC${'6'.repeat(32)}`, authToken: 'primary-auth-token' };
export const PRE_URL = `https://${DOMAIN}/on-conversation-add`;
export const POST_URL = `https://${DOMAIN}/on-participant-added`;

/** What a command did. */
export interface Ran {
  code: number;
  out: string;
  problems: string[];
}

/** How somebody runs a command. */
export interface Runs {
  /** What they answer on a terminal; without one, nothing can be asked. */
  answer?: boolean;
  /** What somebody else does before they answer. */
  meanwhile?: () => void;
  env?: Record<string, string>;
  authToken?: string;
  signal?: AbortSignal;
  /** The pause before a call to Twilio is made again, in ms: short, so that tests need not wait. */
  firstPauseMs?: number;
  /** How many columns their terminal has, if the result goes to one. */
  columns?: number;
}

/**
 * An account with Functions deployed, before each test, and commands run in a project folder of their own.
 *
 * @param functionsUrl where the Functions are served; without it, each webhook is answered `{}`
 */
export function useFakeAccount(functionsUrl?: () => string, domains?: string[]) {
  let server: Awaited<ReturnType<typeof startFakeAccount>>;
  let functions: Server;
  let folder: string;
  const cwd = process.cwd();
  beforeAll(async () => {
    // The commands run elsewhere.
    process.env.BUILD_FOLDER = resolve(builtFolder());
    server = await startFakeAccount(ACCOUNT, domains);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    functions = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    }).listen(0);
    const { port } = functions.address() as AddressInfo;
    server.reset(deployedAccount(functionsUrl?.() ?? `http://localhost:${port}`));
    folder = mkdtempSync(join(tmpdir(), 'account-'));
    cpSync('package.json', join(folder, 'package.json'));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(cwd);
    functions.close();
    rmSync(folder, { recursive: true });
  });
  return {
    server: () => server,
    state: () => server.state(),
    webhooks: (scope = 'account') => server.state().configuration.webhooks[scope],
    /** Requests that changed something. */
    writes: () =>
      server.calls
        .filter(({ method, host }) => method === 'POST' && /^(chat|conversations)\./.test(host))
        .map(({ path, body }) => `${path} ${decodeURIComponent(body)}`),
    run: (command: Command, args: string[] = [], runs: Runs = {}): Promise<Ran & { asked: string[] }> =>
      run(server, command, args, runs),
  };
}

/** An account in which the Functions are deployed as they are built, and nothing else has been done. */
function deployedAccount(functionsUrl: string): AccountState {
  const account = newAccount();
  const { deployed } = account;
  const dist = builtFolder();
  const upload = (path: string, visibility: string, file: string) => {
    const sid = String(++deployed.sids).padStart(32, '0');
    return {
      path,
      visibility,
      bytes: readFileSync(join(dist, file)),
      sid: `ZN${sid}`,
      resourceSid: `ZH${sid}`,
    };
  };
  deployed.service = 'frontline-conversations-webhooks';
  deployed.functions = ['/on-conversation-add', '/on-participant-added'].map((path) =>
    upload(path, 'protected', `functions${path}.protected.js`),
  );
  deployed.assets = [
    upload('/index.html', 'public', 'assets/index.html'),
    upload('/crm.js', 'private', 'assets/crm.private.js'),
    upload('/customers.json', 'private', 'assets/customers.private.json'),
  ];
  deployed.build = { Runtime: 'node22' };
  deployed.activated = true;
  account.domains = { [DOMAIN]: functionsUrl };
  return account;
}

async function run(
  server: Awaited<ReturnType<typeof startFakeAccount>>,
  command: Command,
  args: string[],
  {
    answer,
    meanwhile,
    env = {},
    authToken = ACCOUNT.authToken,
    signal = new AbortController().signal,
    firstPauseMs = 1,
    columns,
  }: Runs,
) {
  const asked: string[] = [];
  const { code, out, problems } = await runHere(command, args, {
    env: { ACCOUNT_SID: ACCOUNT.accountSid, AUTH_TOKEN: authToken, ...env },
    connect: () => connectToFake(server, { ...ACCOUNT, authToken }),
    signal,
    firstPauseMs,
    ...(columns !== undefined && { terminal: { columns, paint: (_colour, text) => text } }),
    ...(answer !== undefined && {
      confirm: async (question: string) => {
        asked.push(question);
        meanwhile?.();
        return answer;
      },
    }),
  });
  return { code, out: out.join('\n'), problems, asked };
}
