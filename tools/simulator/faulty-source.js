// Stands before the CRM source in the simulator, under its name: fails or dawdles as the switches say. The source alone
// gets the credentials of the real account, for it may have to read customers there.
const { existsSync } = require('node:fs');
const { setTimeout } = require('node:timers/promises');

exports.findCustomer = async (address, context, signal, timeLeftMs) => {
  const {
    SIMULATOR_SWITCHES,
    SIMULATOR_ACCOUNT_SID: ACCOUNT_SID,
    SIMULATOR_AUTH_TOKEN: AUTH_TOKEN,
  } = context;
  if (existsSync(`${SIMULATOR_SWITCHES}/crm-down`)) throw new Error('the CRM is down');
  if (existsSync(`${SIMULATOR_SWITCHES}/crm-slow`)) await setTimeout(6000, undefined, { signal });
  const { findCustomer } = require(Runtime.getAssets()['/switched/source.js'].path);
  return findCustomer(address, { ...context, ACCOUNT_SID, AUTH_TOKEN }, signal, timeLeftMs);
};
