/**
 * `npm run connect`: points the webhooks of Twilio Conversations at the Functions that are deployed, and keeps what was set
 * before, so that `npm run connect -- --undo` can put it back.
 */
import { isServiceSid, type ServiceSid } from '../../twilio/conversations-services';
import { type Command, EXIT, runAsProcess, UsageError } from '../command-line';
import { askFirst } from './ask-first';
import { change } from './change';
import { explain, unchanged } from './explain';
import { readHistory } from './history';
import { readPlan } from './read-plan';
import { showPlan, showReplaced } from './show-plan';
import { shownUrl, shownWebhooks } from './shown-url';
import { undo } from './undo';

const USAGE = `npm run connect -- [--service ISXXXX] [--domain DOMAIN] [--yes] [--replace]
                  [--dry-run] [--undo] [--json]

Points the webhooks of Twilio Conversations at the deployed Functions.

  --service  sets the webhooks of this Conversations service, and not the
             global ones; can be repeated
  --domain   the domain of the Functions, if there are several
  --yes      does not ask
  --replace  with --yes: replaces URLs of another backend, too; also connects
             Functions that refuse the signature, and with --undo puts back a
             Pre-Event URL that does not answer
  --dry-run  shows what would be changed, and changes nothing
  --undo     puts back what was set before the last change
  --json     prints JSON
  --help     shows this

It exits with 0 if all is well, with 1 if something is wrong or was not done, with
2 after wrong flags, and with 130 if it was interrupted.`;

const options = {
  service: { type: 'string', multiple: true },
  domain: { type: 'string' },
  yes: { type: 'boolean', default: false },
  replace: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  undo: { type: 'boolean', default: false },
} as const;

export const connect: Command<typeof options> = {
  usage: USAGE,
  options,
  async run(flags, caller) {
    const { terminal } = caller;
    const services = [...new Set(flags.service)] as ServiceSid[];
    const wrong = services.find((service) => !isServiceSid(service));
    if (wrong) throw new UsageError(`--service ${wrong} is not the SID of a Conversations service (IS…)`);
    if (flags.undo && (services.length > 0 || flags.domain)) {
      throw new UsageError(
        '--undo puts back all that the last change changed: leave out --service and --domain',
      );
    }
    if (flags.replace && !flags.yes) throw new UsageError('--replace goes together with --yes');
    const twilio = caller.connect();
    if (flags.undo) return undo(twilio, flags, caller);

    // A history that is damaged is found before anything is changed.
    readHistory();
    const { domain, plans, retries, shadowing, gone, defaultSid, isCalled, refusals } = await explain(
      caller,
      unchanged,
      () => readPlan(twilio, services, flags.domain, caller),
    );
    const changes = plans.filter(({ isChange }) => isChange);
    const code = isCalled ? EXIT.done : EXIT.problem;
    const summary = {
      ok: isCalled,
      domain,
      dryRun: flags['dry-run'],
      webhooks: plans.map(({ scope, before, after, removed, replaced, isChange }) => ({
        scope,
        before: shownWebhooks(before),
        after: shownWebhooks(after),
        removed,
        replaced: replaced.map(({ url, events }) => ({ url: shownUrl(url), events })),
        changed: isChange && !flags['dry-run'],
      })),
      retryCounts: retries,
      shadowedBy: shadowing,
      gone,
    };
    for (const service of gone) caller.problem(`! ${describeGone(service, service === defaultSid)}`);
    for (const service of shadowing) caller.problem(`! ${describeShadow(service, service === defaultSid)}`);
    if (changes.length === 0) for (const refusal of refusals) caller.problem(`! ${refusal}`);
    if (changes.length === 0 && retries.length === 0) {
      caller.result(describeUnchanged(domain, isCalled), summary);
      return code;
    }

    const shown = showPlan(plans, retries, terminal);
    const replaced = changes.flatMap((plan) => showReplaced(plan, defaultSid));
    const warnings = changes.length > 0 ? [...replaced, ...refusals] : [];
    if (flags['dry-run']) {
      caller.result([shown, ...warnings.map((line) => `! ${line}`)].join('\n\n'), summary);
      return code;
    }
    await askFirst({ shown, warnings, question: 'Change this?' }, flags, caller);
    const retryCounts = await change({ webhooks: changes, retryCounts: retries }, twilio, caller);
    const done = describeDone(domain, isCalled, shadowing);
    // On a terminal, it has been shown already.
    const text = terminal ? done : `${showPlan(plans, retryCounts)}\n\n${done}`;
    caller.result(text, { ...summary, retryCounts });
    return code;
  },
};

function describeUnchanged(domain: string, isCalled: boolean): string {
  return isCalled
    ? `Twilio calls https://${domain} already: there is nothing to change.`
    : `The global webhooks are set to https://${domain} already, but where conversations are created, others count.`;
}

/** @param shadowing services that have another backend */
function describeDone(domain: string, isCalled: boolean, shadowing: ServiceSid[]): string {
  const back = 'Or back: npm run connect -- --undo  puts back what was set before';
  if (isCalled) {
    return `Done: Twilio calls https://${domain}.\n\nNext:    npm run doctor             checks that it works\n${back}`;
  }
  const next = shadowing.map((service) => `Next:    npm run connect -- --service ${service}\n`).join('');
  return `The global webhooks are set to https://${domain}, but where conversations are created, others count.\n\n${next}${back}`;
}

function describeGone(service: ServiceSid, isDefault: boolean): string {
  return isDefault
    ? `${service}, the default Conversations service, is gone: choose another in the Console, under Conversations > Manage > Defaults`
    : `${service}, in which an address creates conversations, is gone: see npm run doctor`;
}

function describeShadow(service: ServiceSid, isDefault: boolean): string {
  return (
    `${service}${isDefault ? ', the default Conversations service,' : ''} has webhooks of its own, for another backend: ` +
    `the global ones do not count there. To connect it: npm run connect -- --service ${service}`
  );
}

if (require.main === module) void runAsProcess(connect);
