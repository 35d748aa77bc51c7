import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Problem } from '../../problem';
import type { RetryCounts, Scope, Webhooks } from '../../twilio/webhooks';

/** What one run of `connect` changed. */
export interface HistoryEntry {
  /** ISO 8601 */
  at: string;
  accountSid: string;
  webhooks: { scope: Scope; before: Webhooks; after: Webhooks }[];
  retryCounts: { serviceSid: string; before: RetryCounts; after: RetryCounts }[];
}

/** Beside `.twiliodeployinfo`, and like it ignored by git. */
export const HISTORY_FILE = '.twilioconnectinfo';

/** What has been changed, the last change last. @throws Problem if the file cannot be read */
export function readHistory(): HistoryEntry[] {
  if (!existsSync(HISTORY_FILE)) return [];
  try {
    const entries: unknown = JSON.parse(readFileSync(HISTORY_FILE, 'utf8'));
    if (Array.isArray(entries)) return entries;
  } catch {}
  throw new Problem(
    `${HISTORY_FILE} is damaged: it should hold what was set before npm run connect. Move it away to go on without it.`,
  );
}

/** Notes a change. */
export function addToHistory(entry: HistoryEntry): void {
  write([...readHistory(), entry]);
}

/** Forgets a change that is undone. */
export function removeFromHistory({ at }: HistoryEntry): void {
  write(readHistory().filter((entry) => entry.at !== at));
}

function write(entries: HistoryEntry[]) {
  if (entries.length === 0) return rmSync(HISTORY_FILE, { force: true });
  writeFileSync(HISTORY_FILE, `${JSON.stringify(entries, null, 2)}\n`);
}
