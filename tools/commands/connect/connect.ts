/**
 * `npm run connect`: points the webhooks of Twilio Conversations at the Functions that are deployed, and keeps what was set
 * before, so that `npm run connect -- --undo` can put it back.
 */
import { isServiceSid } from '../../twilio/conversations-services';
import { type Caller, type Command, EXIT, UsageError } from '../command-line';
import { runAsProcess } from '../run-as-process';
import { fitTo } from '../wrap';
import { askFirst, showOnly } from './ask-first';
import { change } from './change';
import { describeDone, describeGone, describeShadow, describeUnchanged } from './describe';
import { explain, unchanged } from './explain-failure';
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

It exits with 0 if all is well, with 1 if something is wrong or was not done,
with 2 after wrong flags, and with 130 if it was interrupted.`;

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
  async run(flags, given) {
    const caller = fitted(given);
    const { terminal } = caller;
    const named = [...new Set(flags.service)];
    const services = named.filter(isServiceSid);
    const wrong = named.find((service) => !isServiceSid(service));
    if (wrong !== undefined)
      throw new UsageError(`--service ${wrong} is not the SID of a Conversations service (IS…)`);
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
    const { domain, plans, retries, shadowing, gone, defaultSid, hasOtherServices, isCalled, refusals } =
      await explain(caller, unchanged, () => readPlan(twilio, services, flags.domain, caller));
    const changes = plans.filter(({ isChange }) => isChange);
    const code = isCalled ? EXIT.done : EXIT.problem;
    const summary = (isMade: boolean) => ({
      ok: isCalled,
      domain,
      dryRun: flags['dry-run'],
      webhooks: plans.map(({ scope, before, after, removed, replaced, isChange }) => ({
        scope,
        before: shownWebhooks(before),
        after: shownWebhooks(after),
        removed,
        replaced: replaced.map(({ url, events }) => ({ url: shownUrl(url), events })),
        changed: isChange && isMade,
      })),
      retryCounts: retries,
      shadowedBy: shadowing,
      gone,
    });
    for (const service of gone) caller.problem(`! ${describeGone(service, service === defaultSid)}`);
    for (const service of shadowing) caller.problem(`! ${describeShadow(service, service === defaultSid)}`);
    if (changes.length === 0) for (const refusal of refusals) caller.problem(`! ${refusal}`);
    if (changes.length === 0 && retries.length === 0) {
      caller.result(describeUnchanged(domain, isCalled), summary(false));
      return code;
    }

    const shown = showPlan(plans, retries, terminal);
    const replaced = changes.flatMap((plan) => showReplaced(plan, hasOtherServices ? defaultSid : undefined));
    const warnings = changes.length > 0 ? [...replaced, ...refusals] : [];
    const proposal = { shown, warnings, summary: { ...summary(false), warnings } };
    if (flags['dry-run']) {
      showOnly(proposal, caller);
      return code;
    }
    const question =
      changes.length > 0 && shadowing.includes(defaultSid)
        ? 'Set the global webhooks all the same?'
        : 'Change this?';
    await askFirst({ ...proposal, question }, flags, caller);
    const retryCounts = await change({ webhooks: changes, retryCounts: retries }, twilio, caller);
    const done = describeDone(domain, isCalled, shadowing);
    // On a terminal, it has been shown already.
    const text = terminal ? done : `${showPlan(plans, retryCounts)}\n\n${done}`;
    caller.result(text, { ...summary(true), retryCounts });
    return code;
  },
};

/** The same caller, with a result of sentences that fit the terminal. */
function fitted(caller: Caller): Caller {
  const { columns = Number.POSITIVE_INFINITY } = caller.terminal ?? {};
  return { ...caller, result: (text, json) => caller.result(fitTo(columns, text), json) };
}

if (require.main === module) void runAsProcess(connect);
