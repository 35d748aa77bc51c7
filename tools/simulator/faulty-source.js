// Wraps the CRM source in the simulator, under its name: fails or is slow, as the switches say. Only the source gets the
// credentials of the real account, since it may have to read customers there.
const { existsSync } = require('node:fs');
const { setTimeout } = require('node:timers/promises');

const source = require(Runtime.getAssets()['/wrapped/source.js'].path);

exports.settings = source.settings;
exports.findCustomer = async (address, lookUp) => {
  const { signal, context } = lookUp;
  const {
    SIMULATOR_SWITCHES,
    SIMULATOR_ACCOUNT_SID: ACCOUNT_SID,
    SIMULATOR_AUTH_TOKEN: AUTH_TOKEN,
  } = context;
  if (existsSync(`${SIMULATOR_SWITCHES}/crm-down`)) throw new Error('the CRM is down');
  if (existsSync(`${SIMULATOR_SWITCHES}/crm-slow`)) await setTimeout(6000, undefined, { signal });
  const account = { ACCOUNT_SID, AUTH_TOKEN };
  return source.findCustomer(address, {
    ...lookUp,
    get phoneNumbers() {
      return lookUp.phoneNumbers;
    },
    context: { ...context, ...account },
    settings: { ...lookUp.settings, ...account },
  });
};
