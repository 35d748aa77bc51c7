import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILED_CUSTOMERS } from '../../build/built-folder';
import { compileCustomers } from '../../customers/compile-customers';
import { type FakeConversations, startFakeConversations } from '../../fakes/twilio/conversations';
import { type LocalRuntime, startLocalRuntime, until } from '../../runtime/local-runtime';
import {
  checkLinking,
  checkLog,
  checkNaming,
  type ExpectedLink,
  type ExpectedName,
  send,
  type WebhookResult,
} from './promises';

/** Who writes, as all CRMs know her; none of this may get into a log. */
export const ADA = {
  number: '+14155550147',
  firstName: 'Ada',
  lastName: 'Okafor',
  text: 'It is about my order',
};

/** She, as the file of customers has her. */
const CUSTOMER = {
  customer_id: 'C-1001',
  display_name: `${ADA.firstName} ${ADA.lastName}`,
  avatar: '/avatars/ada.png',
  channels: [{ type: 'sms', value: ADA.number }],
};

export const CONVERSATION_SID = `CH${'1'.repeat(32)}`;

/** The events of one message of hers, with the fields that Twilio sends. */
const CONVERSATION = {
  EventType: 'onConversationAdd',
  'MessagingBinding.Address': ADA.number,
  'MessagingBinding.ProxyAddress': '+33757590443',
  MessageBody: ADA.text,
  Attributes: '{}',
  State: 'active',
  Source: 'SMS',
  RetryCount: '0',
};
const PARTICIPANT = {
  EventType: 'onParticipantAdded',
  ConversationSid: CONVERSATION_SID,
  ParticipantSid: `MB${'1'.repeat(32)}`,
  'MessagingBinding.Type': 'sms',
  'MessagingBinding.Address': ADA.number,
  'MessagingBinding.ProxyAddress': '+33757590443',
  Attributes: '{}',
  RetryCount: '0',
};

/**
 * The built Functions, served by Twilio's local runtime, between a customer who writes and Twilio's API.
 *
 * @param variables beside the credentials, which they may unset
 * @param edit changes the built project before it is served
 */
export async function serveFunctions(
  part: string,
  report: (result: WebhookResult) => void,
  variables: Record<string, string> = {},
  edit?: (dist: string) => void,
) {
  const account = {
    ACCOUNT_SID: `AC${randomBytes(16).toString('hex')}`,
    AUTH_TOKEN: randomBytes(16).toString('hex'),
  };
  const { ACCOUNT_SID = account.ACCOUNT_SID, AUTH_TOKEN = account.AUTH_TOKEN } = variables;
  const api: FakeConversations = await startFakeConversations(ACCOUNT_SID, AUTH_TOKEN);
  const runtime: LocalRuntime = await startLocalRuntime({
    variables: { ...account, ...api.env, ...variables },
    edit(dist) {
      // Whoever measures may have customers of their own, or those of a CRM.
      writeFileSync(join(dist, COMPILED_CUSTOMERS), compileCustomers(JSON.stringify([CUSTOMER])).json);
      edit?.(dist);
    },
  });
  const secrets = [ADA.number, ADA.firstName, ADA.lastName, ADA.text, AUTH_TOKEN || account.AUTH_TOKEN];
  const sid = PARTICIPANT.ParticipantSid;
  const attributesOf = (): Record<string, unknown> => JSON.parse(api.participant(sid)?.attributes ?? '{}');
  return {
    api,
    runtime,
    /** A conversation is about to be created. */
    async nameConversation(fault: string, promise: ExpectedName) {
      const answer = await send(`${runtime.url}/on-conversation-add`, CONVERSATION);
      report({ part, fault, ms: answer.ms, ...checkNaming(answer, promise) });
    },
    /** A participant was added, who has these attributes by now. */
    async linkParticipant(
      fault: string,
      promise: ExpectedLink,
      { attributes = '{}', RetryCount = '0' } = {},
    ) {
      api.add({ sid, conversationSid: PARTICIPANT.ConversationSid, attributes, address: ADA.number });
      const answer = await send(`${runtime.url}/on-participant-added`, { ...PARTICIPANT, RetryCount });
      const isLinked = 'customer_id' in attributesOf();
      report({ part, fault, ms: answer.ms, ...checkLinking(answer, promise, isLinked) });
    },
    /** Waits until what was broken is asked again: after the pause of a circuit breaker, or what a CRM asked for itself. */
    async worksAgain() {
      api.add({ sid, conversationSid: PARTICIPANT.ConversationSid, attributes: '{}' });
      await until(
        async () => (await send(`${runtime.url}/on-participant-added`, PARTICIPANT)).status === 200,
        () => `what was broken is not asked again:\n${runtime.log()}`,
      );
    },
    /** The participant's attributes. */
    attributes: attributesOf,
    /** Reports what is wrong with the log, and ends. */
    async stop() {
      const problem = checkLog(runtime, secrets);
      if (problem) report({ part, fault: 'log', ms: 0, problem, isLost: false });
      api.close();
      await runtime.stop();
    },
  };
}
