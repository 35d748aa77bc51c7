import { type ApiAnswer, type ApiRequest, twilioError } from '../fake-server';

/** Webhooks, of the account or of one service. A service that has none of its own has null in each field. */
export interface Webhooks {
  method: string | null;
  target?: 'webhook' | 'flex';
  filters: string[] | null;
  preWebhookUrl: string | null;
  postWebhookUrl: string | null;
}

/** How an address creates conversations: https://www.twilio.com/docs/conversations/inbound-autocreation */
export interface AddressConfiguration {
  type: string;
  address: string;
  autoCreation: {
    enabled: boolean;
    type: 'webhook' | 'studio' | 'default';
    conversation_service_sid: string | null;
  };
}

/** How conversations are configured. */
export interface ConversationsConfiguration {
  /** The SIDs of the account's Conversations services. */
  services: string[];
  /** The SID of the one that is the default, which may be gone. */
  defaultService: string | null;
  /** Webhooks by the SID of their service; `account` are the global ones. */
  webhooks: Record<string, Webhooks>;
  addresses: AddressConfiguration[];
  /** Conversations of the default service, newest first. */
  conversations: { friendlyName: string | null; state: 'active' | 'inactive' | 'closed' }[];
  /** Whether an empty `Filters=`, `PreWebhookUrl=` or `PostWebhookUrl=` empties it: for this API, that is not documented. */
  canBeEmptied: boolean;
}

export const CONVERSATIONS_HOST = 'conversations.twilio.com';
const NONE: Webhooks = { method: null, filters: null, preWebhookUrl: null, postWebhookUrl: null };
const FORM_FIELDS = {
  Method: 'method',
  PreWebhookUrl: 'preWebhookUrl',
  PostWebhookUrl: 'postWebhookUrl',
} as const;

/** What Twilio answers about the configuration: https://www.twilio.com/docs/conversations/api/configuration-resource */
export function answerConfiguration(
  { method, path, body }: ApiRequest,
  accountSid: string,
  configuration: ConversationsConfiguration,
): ApiAnswer {
  const { pathname, searchParams } = new URL(path, `https://${CONVERSATIONS_HOST}`);
  const url = `https://${CONVERSATIONS_HOST}${pathname}`;
  const [, serviceSid] = /^\/v1\/Services\/(IS\w+)\//.exec(pathname) ?? [];
  if (serviceSid && !configuration.services.includes(serviceSid)) return twilioError({ status: 404 });
  const list = (key: string, items: object[]): ApiAnswer => ({
    status: 200,
    body: { [key]: items, meta: { key, page: 0, page_size: 50, url, next_page_url: null } },
  });

  if (pathname === '/v1/Configuration') {
    const { defaultService: default_chat_service_sid } = configuration;
    return { status: 200, body: { account_sid: accountSid, default_chat_service_sid, url } };
  }
  if (pathname === '/v1/Configuration/Addresses') {
    const items = configuration.addresses.map(({ type, address, autoCreation }, i) => ({
      sid: `IG${String(i).padStart(32, '0')}`,
      account_sid: accountSid,
      type,
      address,
      auto_creation: autoCreation,
    }));
    return list('address_configurations', items);
  }
  if (pathname.endsWith('/Conversations')) {
    const newest = configuration.conversations.slice(0, Number(searchParams.get('PageSize') ?? 50));
    return list(
      'conversations',
      newest.map(({ friendlyName, state }) => ({ friendly_name: friendlyName, state })),
    );
  }
  const scope = serviceSid ?? 'account';
  const webhooks = configuration.webhooks[scope] ?? NONE;
  if (method === 'POST') {
    const changed = update(webhooks, new URLSearchParams(body), configuration.canBeEmptied);
    if (!changed) return twilioError({ status: 400, code: 20001 });
    configuration.webhooks[scope] = changed;
  }
  const { preWebhookUrl, postWebhookUrl, ...others } = configuration.webhooks[scope] ?? NONE;
  return {
    status: 200,
    body: {
      account_sid: accountSid,
      ...(serviceSid && { chat_service_sid: serviceSid }),
      pre_webhook_url: preWebhookUrl,
      post_webhook_url: postWebhookUrl,
      ...others,
      url,
    },
  };
}

/**
 * Fields that are left out keep their values; Filters replaces the list.
 * https://github.com/RJPearson94/terraform-provider-twilio/blob/main/docs/resources/conversations_webhook.md
 */
function update(webhooks: Webhooks, form: URLSearchParams, canBeEmptied: boolean): Webhooks | undefined {
  const changed = { ...webhooks };
  for (const [field, name] of Object.entries(FORM_FIELDS)) {
    const value = form.get(field);
    if (value === null) continue;
    if (value === '' && !canBeEmptied) return undefined;
    changed[name as 'method'] = value || null;
  }
  if (form.has('Filters')) {
    const filters = form.getAll('Filters').filter(Boolean);
    if (filters.length === 0 && !canBeEmptied) return undefined;
    changed.filters = filters;
  }
  const target = form.get('Target');
  if (target) changed.target = target as Webhooks['target'];
  return changed;
}
