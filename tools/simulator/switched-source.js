// Stands before the CRM source in the simulator, under its name: fails or dawdles as the switches say.
const { existsSync } = require('node:fs');
const { setTimeout } = require('node:timers/promises');

exports.findCustomer = async (address, context, signal) => {
  if (existsSync(`${context.SIMULATOR_SWITCHES}/crm-down`)) throw new Error('the CRM is down');
  if (existsSync(`${context.SIMULATOR_SWITCHES}/crm-slow`)) await setTimeout(6000, undefined, { signal });
  return require(Runtime.getAssets()['/switched/source.js'].path).findCustomer(address, context, signal);
};
