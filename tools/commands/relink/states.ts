/** What is not closed: a closed conversation cannot be changed, https://www.twilio.com/docs/api/errors/50377 */
export const STATES = ['active', 'inactive'] as const;
export type State = (typeof STATES)[number];
