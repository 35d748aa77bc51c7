import type { ServiceSid } from '../../twilio/conversations-services';

export function describeUnchanged(domain: string, isCalled: boolean): string {
  return isCalled
    ? `Twilio calls https://${domain} already: there is nothing to change.`
    : `The global webhooks are set to https://${domain} already, but where conversations are created, others count.`;
}

/** @param shadowing services that have another backend */
export function describeDone(domain: string, isCalled: boolean, shadowing: ServiceSid[]): string {
  const back = 'Or back: npm run connect -- --undo  puts back what was set before';
  if (isCalled) {
    return `Done: Twilio calls https://${domain}.\n\nNext:    npm run doctor             checks that it works\n${back}`;
  }
  const next = shadowing.map((service) => `Next:    npm run connect -- --service ${service}\n`).join('');
  return `The global webhooks are set to https://${domain}, but where conversations are created, others count.\n\n${next}${back}`;
}

export function describeGone(service: ServiceSid, isDefault: boolean): string {
  return isDefault
    ? `${service}, the default Conversations service, is gone: choose another in the Console, under Conversations > Manage > Defaults`
    : `${service}, in which an address creates conversations, is gone: see npm run doctor`;
}

export function describeShadow(service: ServiceSid, isDefault: boolean): string {
  return (
    `${service}${isDefault ? ', the default Conversations service,' : ''} has webhooks of its own, for another backend: ` +
    `the global ones do not count there. To connect it: npm run connect -- --service ${service}`
  );
}
