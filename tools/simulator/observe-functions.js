// Runs in the process that serves the Functions. It wraps them and their CRM source, which stay as they are: tells the
// simulator what each event wrote to the log, threw and found, and has the CRM fail or be slow, as the switches say.
const { AsyncLocalStorage } = require('node:async_hooks');
const { existsSync } = require('node:fs');
const { setTimeout } = require('node:timers/promises');
const { format } = require('node:util');

/** The report of the event that is being answered. */
const reports = new AsyncLocalStorage();

for (const level of ['log', 'warn', 'error']) {
  const write = console[level];
  console[level] = (...args) => {
    reports.getStore()?.log.push(format(...args));
    write.apply(console, args);
  };
}

/** @param path the Function that is wrapped */
exports.observe = (path) => (context, event, callback) => {
  const exchange = event.request.headers['simulator-exchange'];
  const isFirstTry = !Number(event.RetryCount);
  const report = { log: [], found: [] };
  const tell = (error) => process.send?.({ exchange, report: { ...report, error } });
  return reports.run({ ...report, isFirstTry }, () => {
    try {
      const running = require(path).handler(context, event, (...answer) => {
        tell(answer[0] ? describe(answer[0]) : undefined);
        callback(...answer);
      });
      // It goes on to reject, as it does without the simulator.
      return running?.catch?.((error) => {
        tell(describe(error));
        throw error;
      });
    } catch (error) {
      tell(describe(error));
      throw error;
    }
  });
};

function describe(error) {
  const { message = error, stack = '' } = Object(error);
  const [, folder, file] = /dist\/(?:observed\/)?(functions|assets)\/(\S+?:\d+)/.exec(stack) ?? [];
  return { message: String(message), at: file && `dist/${folder}/${file}` };
}

/**
 * Only the source gets the credentials of the real account, since it may have to read customers there.
 *
 * @param path the CRM source that is wrapped
 */
exports.breakable = (path) => {
  const source = require(path);
  return {
    settings: source.settings,
    async findCustomer(address, lookUp) {
      const { signal, context } = lookUp;
      const isOn = (id) => existsSync(`${context.SIMULATOR_SWITCHES}/${id}`);
      const isFirstTry = reports.getStore()?.isFirstTry !== false;
      if (isOn('crm-down') || (isOn('crm-down-once') && isFirstTry)) throw new Error('the CRM is down');
      if (isOn('crm-slow')) await setTimeout(6000, undefined, { signal });
      const account = {
        ACCOUNT_SID: context.SIMULATOR_ACCOUNT_SID,
        AUTH_TOKEN: context.SIMULATOR_AUTH_TOKEN,
      };
      const answer = await source.findCustomer(address, {
        ...lookUp,
        get phoneNumbers() {
          return lookUp.phoneNumbers;
        },
        context: { ...context, ...account },
        settings: { ...lookUp.settings, ...account },
      });
      noteFound(answer);
      return answer;
    },
  };
};

function noteFound(answer) {
  try {
    if (answer) reports.getStore()?.found.push(JSON.parse(JSON.stringify(answer)));
  } catch {
    // What cannot be written as JSON is for the mapping to refuse.
  }
}
