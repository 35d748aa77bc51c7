import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Twilio } from 'twilio';
import { z } from 'zod';
import { Problem } from '../../problem';
import { isServiceSid } from '../../twilio/conversations-services';
import type { Scope } from '../../twilio/webhooks';
import { replaceFile } from '../replace-file';

const webhooks = z.object({
  preWebhookUrl: z.string(),
  postWebhookUrl: z.string(),
  filters: z.array(z.string()),
  method: z.string(),
  target: z.string(),
});
const retryCounts = z.object({ pre: z.number(), post: z.number() });
const scope = z.custom<Scope>((value) => value === 'account' || isServiceSid(String(value)));

/** What one run of `connect` changed. */
export type HistoryEntry = z.infer<typeof entry>;

const entry = z.object({
  /** ISO 8601 */
  at: z.string(),
  accountSid: z.string(),
  webhooks: z.array(z.object({ scope, before: webhooks, after: webhooks })),
  retryCounts: z.array(z.object({ serviceSid: z.string(), before: retryCounts, after: retryCounts })),
});

/** Beside `.twiliodeployinfo`, and like it ignored by git. */
export const HISTORY_FILE = '.twilioconnectinfo';

/** URLs of other backends can hold credentials. */
const OWNER_ONLY = 0o600;

/** What has been changed, the last change last. @throws Problem if the file cannot be read */
export function readHistory(): HistoryEntry[] {
  if (!existsSync(HISTORY_FILE)) return [];
  try {
    return z.array(entry).parse(JSON.parse(readFileSync(HISTORY_FILE, 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fault = typeof code === 'string' ? `cannot be read (${code})` : 'is damaged';
    throw new Problem(
      `${HISTORY_FILE} ${fault}: it should hold what was set before npm run connect. Move it away to go on without it.`,
    );
  }
}

/** What has been changed in an account, and not been undone. @throws Problem if the file cannot be read */
export function changesOf({ accountSid }: Twilio): HistoryEntry[] {
  return readHistory().filter((entry) => entry.accountSid === accountSid);
}

/** Notes a change. @throws Problem if the file cannot be written */
export function addToHistory(entry: HistoryEntry): void {
  write([...readHistory(), entry]);
}

/** Notes what is different about a change now. @throws Problem if the file cannot be written */
export function changeInHistory(changed: HistoryEntry): void {
  write(readHistory().map((entry) => (entry.at === changed.at ? changed : entry)));
}

/** Forgets a change that is undone. @throws Problem if the file cannot be written */
export function removeFromHistory({ at }: HistoryEntry): void {
  write(readHistory().filter((entry) => entry.at !== at));
}

function write(entries: HistoryEntry[]) {
  try {
    if (entries.length === 0) return rmSync(HISTORY_FILE, { force: true });
    replaceFile(HISTORY_FILE, `${JSON.stringify(entries, null, 2)}\n`, OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem(
      `${HISTORY_FILE} cannot be written (${code}): it keeps what --undo puts back. Fix that, and run it again.`,
    );
  }
}
