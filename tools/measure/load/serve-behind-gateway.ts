import { randomBytes } from 'node:crypto';
import { startFakeServer } from '../../fakes/fake-server';
import { startFakeConversations } from '../../fakes/twilio/conversations';
import { type Deployment, PLACES, startGateway } from './gateway';
import type { Situation } from './situations';
import { writeToWorkers } from './write-to-workers';

/**
 * Serves Functions behind Twilio's gateway, with fakes of Twilio's API and of a CRM that knows everybody. Each instance
 * has answered both events, unless it is to be new.
 *
 * @param isSettled whether each has answered both in the situation, too: it knows what is broken, if it can
 */
export async function serve(
  { source, begin, isCold }: Situation,
  { functions, assets, coldMs }: Pick<Deployment, 'functions' | 'assets' | 'coldMs'>,
  isSettled = false,
) {
  const account = { ACCOUNT_SID: `AC${randomBytes(16).toString('hex')}`, AUTH_TOKEN: 'token' };
  const api = await startFakeConversations(account.ACCOUNT_SID, account.AUTH_TOKEN, () => {
    api.calls.length = 0;
  });
  const crm = await startFakeServer(['crm.example.com'], ({ path }) => {
    const address = new URL(path, 'https://crm.example.com').searchParams.get('address');
    return { status: 200, body: { customer_id: `C${address?.slice(-8)}`, display_name: 'Ada Okafor' } };
  });
  const variables = { CRM_SOURCE: source, CRM_URL: 'https://crm.example.com/' };
  const gateway = startGateway({
    functions,
    assets,
    variables: { ...account, ...variables },
    crm,
    twilio: api,
    coldMs,
  });
  /** Has a customer write to one instance. */
  const write = (place: number) =>
    writeToWorkers((path, event) => gateway.sendTo(place, path, event), api, {
      count: 1,
      overMs: 0,
      retries: 0,
    });
  const places = Array.from({ length: PLACES }, (_, place) => place);
  if (!isCold) for (const place of places) await write(place);
  begin?.(crm, api);
  if (isSettled) await Promise.all(places.map(write));
  return {
    account,
    variables,
    api,
    crm,
    gateway,
    stop() {
      gateway.stop();
      api.close();
      crm.close();
    },
  };
}
