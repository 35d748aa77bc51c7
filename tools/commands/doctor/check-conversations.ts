import { isListOfAddresses } from '../../../assets/address.private';
import { type Check, ok, problem, warning, withoutApi } from './check';

const NEWEST = 100;
const DAYS = 30;

/** How many conversations have a name. With a date, they are listed newest first. */
export const conversations: Check = {
  name: 'conversations',
  about: 'the newest conversations have names',
  async run({ twilio, ask, env, isService }) {
    const { v1 } = twilio.conversations;
    const sid = env.CHAT_SERVICE_SID?.trim();
    if (sid && !(await isService(sid))) {
      return [problem('CHAT_SERVICE_SID is not a Conversations service of the account', 'Fix it in .env.')];
    }
    const { conversations: list } = (sid ? v1.services(sid) : v1) as typeof v1;
    const since = new Date(Date.now() - DAYS * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    const query = { startDate: `${since}T00:00:00Z`, limit: NEWEST, pageSize: NEWEST };
    const newest = await ask(() => list.list(query)).catch((error) => withoutApi('conversations', error));
    if ('verdict' in newest) return [newest];
    // What is closed cannot be changed any more: https://www.twilio.com/docs/api/errors/50377
    const open = newest.filter(({ state }) => state !== 'closed');
    const unnamed = open.filter(({ friendlyName }) => !friendlyName || isListOfAddresses(friendlyName, []));
    if (open.length === 0) return [ok(`none in ${DAYS} days`)];
    if (unnamed.length === 0) return [ok(`all of the newest ${open.length} have names`)];
    const seen = `${unnamed.length} of the newest ${open.length} go by a number, or have no name`;
    const relink = 'npm run relink names those whose customer is in the CRM.';
    return unnamed.length * 2 > open.length ? [warning(seen, relink)] : [ok(`${seen}: ${relink}`)];
  },
};
