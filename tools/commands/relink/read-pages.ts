import type { AdaptiveCalls } from '../../twilio/adaptive-calls';
import { described, malformedAnswer } from '../../twilio/errors';

/** A Conversation or a Participant. */
interface Resource {
  sid: string;
  attributes: string;
}

interface Page {
  instances: Resource[];
  nextPageUrl?: string;
}

/** A list of Twilio's helper library. */
interface List<P extends Page> {
  page(params: { pageSize: number }): Promise<P>;
  getPage(url: string): Promise<P>;
}

/** https://www.twilio.com/docs/usage/twilios-response#pagination */
const PAGE_SIZE = 100;

/**
 * Reads a list page by page, each with when it was asked for, by `performance.now()`.
 *
 * @throws TwilioError if an answer is not a list, such as a proxy's `{}`: Twilio's helper library takes that for an empty one
 */
export async function* readPages<P extends Page>(
  list: List<P>,
  params: object,
  { call }: AdaptiveCalls,
): AsyncGenerator<{ instances: P['instances']; readAt: number }> {
  const read = (ask: () => Promise<P>) =>
    call(async () => {
      const readAt = performance.now();
      const { instances, nextPageUrl } = checked(await ask());
      return { instances, nextPageUrl, readAt };
    });
  let page = await read(() => list.page({ ...params, pageSize: PAGE_SIZE }));
  for (;;) {
    yield page;
    const { nextPageUrl } = page;
    if (!nextPageUrl) return;
    page = await read(() => list.getPage(nextPageUrl));
  }
}

function checked<P extends Page>(page: P): P {
  const { _payload: payload } = page as unknown as { _payload?: { meta?: { key?: string } } };
  const key = payload?.meta?.key;
  if (!key || !Array.isArray((payload as Record<string, unknown>)[key])) throw malformedAnswer();
  page.instances.forEach(complete);
  return page;
}

/** A Conversation or a Participant as Twilio answers them. @throws TwilioError if it is something else, such as a proxy's `{}` */
export function complete<T extends Resource>(answer: T): T {
  if (answer.attributes === undefined) throw malformedAnswer();
  return described(answer, 'sid');
}
