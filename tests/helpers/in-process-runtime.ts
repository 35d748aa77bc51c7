import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type {
  Context,
  EnvironmentVariables,
  ServerlessCallback,
} from '@twilio-labs/serverless-runtime-types/types';
import type { CrmSource } from '../../assets/crm.private';
import { builtFolder } from '../../tools/build/built-folder';

/** The private Assets of the repository, by the paths that they are deployed under. */
const modules = readdirSync('assets', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.private.ts'))
  .map((path) => [`/${path.replace('.private.ts', '.js')}`, resolve('assets', path)]);
const assets: Record<string, string> = {
  ...Object.fromEntries(modules),
  '/crm/scripted.js': resolve('tests/fixtures/scripted-source.ts'),
  '/customers.json': resolve(builtFolder(), 'assets/customers.private.json'),
};

/** Gives this process the globals of the Functions runtime. `changed` puts other files behind Assets, or none. */
export function installRuntime(changed: Record<string, string | undefined> = {}) {
  const files = Object.entries({ ...assets, ...changed });
  const entries = files.flatMap(([key, path]) => (path ? [[key, { path, open: () => '' }] as const] : []));
  Object.assign(globalThis, {
    Runtime: { getAssets: () => Object.fromEntries(entries) },
    Twilio: { Response },
  });
}

class Response {
  statusCode = 200;
  headers: Record<string, string> = {};
  body: unknown;
  setStatusCode(statusCode: number) {
    this.statusCode = statusCode;
  }
  appendHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  setBody(body: unknown) {
    this.body = body;
  }
}

/** What `CRM_SOURCE=scripted` does. */
export function script(findCustomer: CrmSource['findCustomer']) {
  Object.assign(globalThis, { scriptedFindCustomer: findCustomer });
}

export function contextOf(variables: Record<string, unknown> = {}) {
  return { DOMAIN_NAME: 'frontline-1234-dev.twil.io', ...variables } as Context<EnvironmentVariables>;
}

/** Calls a Function, and returns its answer; fails if it answers an error, twice, or not at all. */
export async function answerOf(
  // biome-ignore lint/suspicious/noExplicitAny: each Function has an event of its own
  handler: (context: any, event: any, callback: ServerlessCallback) => void | Promise<void>,
  event: Record<string, unknown>,
  variables?: Record<string, unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: what a Function answers is what the tests look into
): Promise<any> {
  const callback = jest.fn<void, Parameters<ServerlessCallback>>();
  await handler(contextOf(variables), { request: { headers: {}, cookies: {} }, ...event }, callback);
  expect(callback.mock.calls).toEqual([[null, expect.anything()]]);
  return callback.mock.calls[0]?.[1];
}

/** Keeps the log off the screen, and returns what has been written to it. */
export function captureLog(): () => string[] {
  const spies = (['log', 'warn', 'error'] as const).map((level) =>
    jest.spyOn(console, level).mockImplementation(() => undefined),
  );
  const inOrder = () =>
    spies
      .flatMap(({ mock }, level) =>
        mock.calls.map((call, i) => ({ call, order: mock.invocationCallOrder[i] ?? 0, level })),
      )
      .sort((a, b) => a.order - b.order);
  return () => inOrder().map(({ call }) => call.join(' '));
}
