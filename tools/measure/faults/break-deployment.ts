import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExpectedLink, ExpectedName, WebhookResult } from './promises';
import { serveFunctions } from './served-functions';

const CUSTOMERS = 'assets/customers.private.json';

interface Breakage {
  variables?: Record<string, string>;
  edit?: (dist: string) => void;
  naming: ExpectedName;
  linking: ExpectedLink;
}

const BREAKAGES: Record<string, Breakage> = {
  'nothing is wrong': { naming: 'named', linking: 'linked' },
  'no credentials': { variables: { ACCOUNT_SID: '', AUTH_TOKEN: '' }, naming: 'named', linking: 'refused' },
  'crm.private.js is missing': {
    edit: (dist) => rmSync(join(dist, 'assets/crm.private.js')),
    naming: 'as it is',
    linking: 'refused',
  },
  'crm/file.private.js is missing': {
    edit: (dist) => rmSync(join(dist, 'assets/crm/file.private.js')),
    naming: 'by number',
    linking: 'sent again',
  },
  'the customers are missing': {
    edit: (dist) => rmSync(join(dist, CUSTOMERS)),
    naming: 'by number',
    linking: 'sent again',
  },
  'the customers are cut short': {
    edit: (dist) => truncateSync(join(dist, CUSTOMERS), 100),
    naming: 'by number',
    linking: 'sent again',
  },
  'CRM_SOURCE is unknown': {
    variables: { CRM_SOURCE: 'hubspott' },
    naming: 'by number',
    linking: 'sent again',
  },
  'a setting of the CRM is missing': {
    variables: { CRM_SOURCE: 'hubspot' },
    naming: 'by number',
    linking: 'sent again',
  },
  'DOMAIN_NAME is not set': {
    edit: (dist) => {
      for (const name of ['on-conversation-add', 'on-participant-added']) {
        const file = join(dist, `functions/${name}.protected.js`);
        const unset = 'exports.handler = ((handler) => (context, ...rest) =>';
        const code = `${unset} handler({ ...context, DOMAIN_NAME: undefined }, ...rest))(exports.handler);\n`;
        writeFileSync(file, readFileSync(file, 'utf8') + code);
      }
    },
    naming: 'named',
    linking: 'linked',
  },
};

/** How many deployments are broken at the same time. */
const AT_A_TIME = 2;

/** Breaks what is deployed, under both webhooks. */
export async function breakDeployment(report: (result: WebhookResult) => void) {
  const breakages = Object.entries(BREAKAGES).values();
  const breakSome = async () => {
    for (const [fault, { variables, edit, naming, linking }] of breakages) {
      const served = await serveFunctions('what is deployed', report, variables, edit);
      await served.nameConversation(fault, naming);
      await served.linkParticipant(fault, linking);
      await served.stop();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, breakSome));
}
