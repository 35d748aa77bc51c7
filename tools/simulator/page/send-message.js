import { post } from './elements.js';

/** The same once more within that time is a double click. */
const DOUBLE_CLICK_MS = 700;
let last = '';
let lastAt = Number.NEGATIVE_INFINITY;

/** Has a message come in. A double click sends it once; another message is sent at once. */
export async function sendMessage(message) {
  const text = JSON.stringify(message);
  const now = performance.now();
  if (text === last && now - lastAt < DOUBLE_CLICK_MS) return;
  last = text;
  lastAt = now;
  await post('messages', message);
}
