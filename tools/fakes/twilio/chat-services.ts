import { type ApiAnswer, type ApiRequest, twilioError } from '../fake-server';

/** How often the webhooks of a service are sent again. */
export interface RetryCounts {
  pre: number;
  post: number;
}

export const CHAT_HOST = 'chat.twilio.com';

/** What Twilio answers about Chat services: https://www.twilio.com/docs/chat/rest/service-resource */
export function answerChatService(
  { method, path, body }: ApiRequest,
  retryCounts: Map<string, RetryCounts>,
): ApiAnswer {
  const sid = path.split('/').at(-1) ?? '';
  const counts = retryCounts.get(sid);
  if (!counts) return twilioError({ status: 404 });
  if (method === 'POST') {
    const form = new URLSearchParams(body);
    counts.pre = Number(form.get('PreWebhookRetryCount') ?? counts.pre);
    counts.post = Number(form.get('PostWebhookRetryCount') ?? counts.post);
  }
  return {
    status: 200,
    body: { sid, pre_webhook_retry_count: counts.pre, post_webhook_retry_count: counts.post },
  };
}
