/** How SIDs are written: https://www.twilio.com/docs/glossary/what-is-a-sid */
export const ACCOUNT_SID = /^AC[0-9a-fA-F]{32}$/;
export const SERVICE_SID = /^IS[0-9a-fA-F]{32}$/;
