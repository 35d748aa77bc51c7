/** How SIDs are written: https://www.twilio.com/docs/glossary/what-is-a-sid */
export const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;
export const SERVICE_SID = /^IS[0-9a-f]{32}$/i;
