import twilio from 'twilio';

/** How long one call to Twilio may take, to the end of its answer, before it counts as not answered. */
export const CALL_TIMEOUT_MS = 10_000;

/**
 * The HTTP client of Twilio's helper library, which by itself waits as long as a byte comes now and then: here an answer
 * that never ends is given up when the time is up.
 *
 * @param interruption ends what is only read; what is being written may be done, and is awaited
 */
export function createHttpClient(interruption?: AbortSignal) {
  const client = new twilio.RequestClient({ timeout: CALL_TIMEOUT_MS });
  client.axios.interceptors.request.use((config) => {
    const timeUp = AbortSignal.timeout(config.timeout || CALL_TIMEOUT_MS);
    const isRead = config.method === 'get';
    return { ...config, signal: isRead && interruption ? AbortSignal.any([timeUp, interruption]) : timeUp };
  });
  client.axios.interceptors.response.use(undefined, (error) => {
    const { aborted, reason } = Object(error.config?.signal) as AbortSignal;
    if (!aborted) throw error;
    if (reason.name !== 'TimeoutError') throw reason;
    // As what has not begun to answer in time is told.
    throw Object.assign(new Error('no answer in time', { cause: reason }), { code: 'ECONNABORTED' });
  });
  return client;
}
