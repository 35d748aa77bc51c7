/**
 * `npm run relink`: names and links the conversations that are there already, by the CRM mapping that the Functions have, in
 * this process. It writes only what differs, so that it may be run again whenever it was interrupted.
 */

import { crmSourceOf } from '../../crm-source';
import { Problem } from '../../problem';
import { loadCrm } from '../../runtime/in-process-runtime';
import { findDeployment } from '../../twilio/deployment';
import { type Command, EXIT, UsageError } from '../command-line';
import { runAsProcess } from '../run-as-process';
import { checkCrmSettings, contextOf, perSecondOf } from './crm-context';
import { conversationsOf } from './list-conversations';
import { printFailure, printStep } from './print-step';
import { relinkAll } from './relink-all';
import { nextStep, whatIsLeft } from './remedy';
import { readScope } from './scope';
import { simulateAccount } from './simulate-account';
import { summarize } from './summarize';

const USAGE = `npm run relink -- [--since DAY] [--until DAY] [--service ISXXXX] [--conversation CHXXXX]
                  [--refresh] [--dry-run] [--list] [--per-second N] [--domain DOMAIN]
                  [--restart] [--simulate] [--json]

Names and links the conversations that are there already, by the CRM in CRM_SOURCE. What somebody chose stays.

  --since DAY, --until DAY  those that were created from a day on, up to a day, in UTC: 2026-11-01
  --service ISXXXX          those of this Conversations service; by default, of the one in CHAT_SERVICE_SID, or
                            the account's default one
  --conversation CHXXXX     this one alone
  --refresh                 updates names and avatars too that came from the CRM and have changed there since
  --dry-run                 says what would be done, and does nothing
  --list                    prints a line for each thing that is done, and for each failure
  --per-second N            how many look-ups a second the CRM gets; by default, the pace of its source
  --domain DOMAIN           the Functions' domain, for avatars that are paths, if there are several
  --restart                 begins anew, and not where an interrupted run has come to
  --simulate                tries it on this machine, with the customers of your file, on an account that is made up
  --json                    prints JSON
  --help                    shows this

It exits with 0 if all is done, with 1 if something is wrong or left to do, with 2 after wrong flags, and with 130 if
it was interrupted.`;

const options = {
  since: { type: 'string' },
  until: { type: 'string' },
  service: { type: 'string' },
  conversation: { type: 'string' },
  refresh: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  'per-second': { type: 'string' },
  domain: { type: 'string' },
  restart: { type: 'boolean', default: false },
  simulate: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** How many SIDs of a reason are named. */
const NAMED_MAX = 5;

export const relink: Command<typeof options> = {
  usage: USAGE,
  options,
  hasSettingsOfFunctions: true,
  async run(flags, caller) {
    const { refresh, list, simulate, json, 'dry-run': dryRun } = flags;
    if (list && json) throw new UsageError('--list prints lines: leave out --json');
    const scope = readScope(flags, simulate ? {} : caller.env);
    const simulated = simulate ? await simulateAccount(caller.env) : undefined;
    // A simulated account is new each time.
    const keepsPosition = !dryRun && !scope.conversation && !simulate;
    try {
      if (simulated) caller.note(simulated.about);
      const twilio = simulated?.twilio ?? caller.connect();
      const env = simulated ? { ...caller.env, ...simulated.env } : caller.env;
      const crm = loadCrm(simulated?.assets);
      const context = await contextOf(env, flags.domain ?? simulated?.domain, async () => {
        caller.note('Looking for what is deployed…');
        const { domain } = await findDeployment(twilio, {}, caller);
        return domain;
      });
      checkCrmSettings(context);
      const result = await relinkAll({
        scope,
        keepsPosition,
        restart: flags.restart,
        refresh,
        dryRun,
        accountSid: twilio.accountSid,
        source: crmSourceOf(context),
        conversations: conversationsOf(twilio, scope.service),
        crm,
        context,
        perSecond: scope.perSecond ?? perSecondOf(context),
        signal: caller.signal,
        firstPauseMs: caller.firstPauseMs,
        showsProgress: !list,
        onStep: (conversation, step) => {
          // What was done before is not done.
          if (list && step.what !== 'already') caller.result(printStep(conversation, step), undefined);
        },
        onFailure: (sid, failure) => {
          if (list) caller.result(printFailure(sid, failure), undefined);
        },
        note: caller.note,
      });

      const { tally, halt, goesOn } = result;
      const failures = tally.failures();
      const isComplete = !halt && !caller.signal.aborted;
      if (json || !halt || tally.counts.conversations > 0) {
        const { lookUps } = result;
        caller.result(summarize(result, { dryRun, list, simulate, isComplete }), {
          ok: isComplete && failures.length === 0,
          dryRun,
          simulated: simulate,
          ...tally.counts,
          lookUps,
          failures,
          isComplete,
        });
      }
      for (const { reason, count, sids } of failures) {
        const named = sids.slice(0, NAMED_MAX).join(', ') + (count > NAMED_MAX ? ', …' : '');
        caller.problem(`${count.toLocaleString('en')} failed: ${reason} (${named})`);
      }
      if (halt) throw new Problem(`Stopped: ${halt.message}${nextStep(halt.remedy, goesOn)}`);
      if (caller.signal.aborted) throw new Problem(`Interrupted.${nextStep('again', goesOn)}`);
      if (failures.length > 0) throw new Problem(whatIsLeft(tally.remedies));
      return EXIT.done;
    } finally {
      simulated?.close();
    }
  },
};

if (require.main === module) void runAsProcess(relink);
