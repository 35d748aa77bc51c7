import { startLocalRuntime, until } from '../../tools/runtime/local-runtime';

/** What a webhook was answered. */
export interface Answer {
  status: number;
  type: string | null;
  /** Parsed, if it is JSON. */
  body: unknown;
}

export type TestRuntime = Awaited<ReturnType<typeof startTestRuntime>>;

/** Serves the built Functions, and sends them events as Twilio does. */
export async function startTestRuntime(options?: Parameters<typeof startLocalRuntime>[0]) {
  const runtime = await startLocalRuntime(options);
  const send = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`${runtime.url}${path}`, init);
    const text = await response.text();
    const type = response.headers.get('content-type');
    return { status: response.status, type, body: type?.includes('json') ? JSON.parse(text) : text };
  };
  return {
    ...runtime,
    /** Sends an event as a form. */
    post: (path: string, event: Record<string, string>) =>
      send(path, { method: 'POST', body: new URLSearchParams(event) }),
    /** Sends an event in the query. */
    get: (path: string, event: Record<string, string>) => send(`${path}?${new URLSearchParams(event)}`),
    /** Waits until the log has such a line. */
    async logged(line: RegExp) {
      await until(
        () => line.test(runtime.log()),
        () => `not logged: ${line}\n${runtime.log()}`,
      );
    },
  };
}
