import { crmSourceOf } from '../../crm-source';
import { hasUrl } from '../../twilio/webhooks';
import { hostsOf } from '../connect/own-domains';
import { type Check, ok, warning } from './check';
import { connectCommand, planOf } from './webhook-plans';

/**
 * What the installation has against load: Twilio runs 30 executions of a Functions service at once.
 * https://github.com/twilio/ai (skill twilio-reliability-patterns)
 */
export const load: Check = {
  name: 'load',
  about: 'what helps when many customers write at once: where customers are, repeats, services',
  async run({ variables, services, retryCounts, webhooks, plans }) {
    const [deployed, { defaultSid }] = await Promise.all([variables(), services()]);
    const source = crmSourceOf(deployed);
    const [own, global] = await Promise.all([webhooks(defaultSid), webhooks('account')]);
    const set = own && hasUrl(own) ? own : global;
    const customers =
      source === 'file'
        ? 'an embedded file'
        : source === 'sync'
          ? 'Sync'
          : `${source}, asked for each message`;
    const counts = await retryCounts(defaultSid).catch(() => undefined);
    const repeats = counts ? `${counts.pre} and ${counts.post} repeats` : 'repeats unknown';
    const count = hostsOf(set ? [set] : []).length > 1 ? 'two services' : 'one service';
    const seen = `customers in ${customers}; ${repeats}; ${count}`;
    if (!counts || counts.pre > 0) return [ok(seen)];
    const what = source === 'file' ? "Twilio's API" : "the CRM or Twilio's API";
    const command = connectCommand(defaultSid, planOf(defaultSid, await plans()));
    return [warning(seen, `If ${what} hangs, messages could be lost: run ${command}, which sets repeats.`)];
  },
};
