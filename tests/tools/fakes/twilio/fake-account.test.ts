import { connectToFake } from '../../../../tools/fakes/connect-to-fake';
import { SERVICES } from '../../../../tools/fakes/twilio/fake-account';
import { ACCOUNT, PRE_URL, useFakeAccount } from '../../../helpers/fake-account';

const account = useFakeAccount();
const request = async (method: 'get' | 'post', uri: string, data?: object, signature?: string) => {
  const { httpClient, username, password } = connectToFake(account.server(), ACCOUNT);
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    ...(signature && { 'X-Twilio-Signature': signature }),
  };
  const { statusCode } =
    (await httpClient?.request({ method, uri, headers, data, username, password })) ?? {};
  return statusCode;
};
const CONVERSATIONS = 'https://conversations.twilio.com/v1';

test.each([
  ['a filter', 200, `${CONVERSATIONS}/Configuration/Webhooks`, { Filters: 'onMessageAdd' }],
  ['a field that is not described', 400, `${CONVERSATIONS}/Configuration/Webhooks`, { RetryCount: '3' }],
  ['a target that is not described', 400, `${CONVERSATIONS}/Configuration/Webhooks`, { Target: 'studio' }],
  [
    'a target of a service',
    400,
    `${CONVERSATIONS}/Services/${SERVICES[0]}/Configuration/Webhooks`,
    { Target: 'flex' },
  ],
  ['a path that is not described', 404, `${CONVERSATIONS}/Configuration/Retries`, {}],
])('%s is answered %d', async (_what, status, uri, data) => {
  expect(await request('post', uri, data)).toBe(status);
});

test('pages are no longer than Twilio makes them', async () => {
  expect(await request('get', `${CONVERSATIONS}/Configuration/Addresses?PageSize=50`)).toBe(200);
  expect(await request('get', `${CONVERSATIONS}/Configuration/Addresses?PageSize=51`)).toBe(400);
});

test('a service that never had webhooks has null in each field, as in Twilio’s example', async () => {
  const { conversations } = connectToFake(account.server(), ACCOUNT);
  const webhooks = await conversations.v1.services(SERVICES[1]).configuration.webhooks().fetch();
  expect(webhooks).toMatchObject({ preWebhookUrl: null, postWebhookUrl: null, filters: null, method: null });
});

test.each([undefined, '', 'c2lnbmF0dXJl', 'x'.repeat(28)])(
  'the domain refuses the signature %p',
  async (signature) => {
    expect(await request('post', PRE_URL, { EventType: 'onConversationAdd' }, signature)).toBe(403);
  },
);
