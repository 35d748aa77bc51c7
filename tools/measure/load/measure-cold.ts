import { median } from '../bench/statistics';
import type { Files } from './deployments';
import { serve } from './serve-behind-gateway';
import { FILE } from './situations';
import { type Send, writeToWorkers } from './write-to-workers';

const PROCESSES = 5;

/**
 * How long the first event of each Function takes in a new process, by their paths, in ms: the start of Node counts for the
 * pre-event. What Twilio itself takes to start an instance is not documented, and not counted.
 */
export async function measureColdMs(files: Files): Promise<Record<string, number>> {
  const measured: Record<string, number[]> = {};
  for (let i = 0; i < PROCESSES; i++) {
    const served = await serve({ ...FILE, isCold: true }, files);
    const send: Send = async (path, event) => {
      const startedAt = performance.now();
      const answer = await served.gateway.sendTo(0, path, event);
      measured[path] = [...(measured[path] ?? []), performance.now() - startedAt];
      return answer;
    };
    await writeToWorkers(send, served.api, { count: 1, overMs: 0, retries: 0 });
    served.stop();
  }
  return Object.fromEntries(Object.entries(measured).map(([path, times]) => [path, median(times)]));
}
