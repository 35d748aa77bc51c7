// Runs in a process of its own, as all instances of the deployed Functions. Each has modules of its own, and so a circuit
// breaker, a client of Twilio and connections of its own; they share Node, and packages, which keep nothing of an event.
const { readFileSync } = require('node:fs');
const https = require('node:https');
const { compileFunction } = require('node:vm');

const { functions, assets, count, crm, twilio } = JSON.parse(process.argv[2]);
const { ACCOUNT_SID, AUTH_TOKEN } = process.env;

class Response {
  statusCode = 200;
  setStatusCode(statusCode) {
    this.statusCode = statusCode;
  }
  appendHeader() {}
  setBody(body) {
    this.body = body;
  }
}
global.Twilio = { Response };
global.Runtime = { getAssets: () => assets };

/** Connects to a fake, whatever the host. */
const agentTo = ({ port, certificate }) =>
  new https.Agent({ host: '127.0.0.1', port, ca: readFileSync(certificate), keepAlive: true });
// What packages use.
https.globalAgent = agentTo(crm);

const own = new Set([...Object.values(functions), ...Object.values(assets).map(({ path }) => path)]);
const compiled = new Map();

/** Loads modules as `require` does, but those of the Functions and Assets for one instance alone. */
function newLoader() {
  const loaded = new Map();
  const agent = agentTo(crm);
  const ownHttps = {
    ...https,
    globalAgent: agent,
    request: (url, options, callback) => https.request(url, { agent, ...options }, callback),
  };
  return function load(file) {
    if (file === 'node:https') return ownHttps;
    if (!own.has(file) || file.endsWith('.json')) return require(file);
    if (loaded.has(file)) return loaded.get(file).exports;
    const module = { exports: {} };
    loaded.set(file, module);
    if (!compiled.has(file)) {
      const code = readFileSync(file, 'utf8');
      compiled.set(file, compileFunction(code, ['exports', 'require', 'module'], { filename: file }));
    }
    compiled.get(file)(module.exports, load, module);
    return module.exports;
  };
}

const context = {
  ...process.env,
  DOMAIN_NAME: 'frontline-1234-dev.twil.io',
  getTwilioClient(options) {
    const client = require('twilio')(ACCOUNT_SID, AUTH_TOKEN, options);
    client.httpClient.axios.defaults.httpsAgent = agentTo(twilio);
    return client;
  },
};

const instances = Array.from({ length: count }, newLoader);

process.on('message', ({ id, place, path, event }) => {
  const answer = (given) => {
    const isResponse = given instanceof Response;
    process.send({ id, status: isResponse ? given.statusCode : 200, body: isResponse ? given.body : given });
  };
  // As the runtime answers: https://www.twilio.com/docs/serverless/functions-assets/functions/invocation
  const fail = () => process.send({ id, status: 500 });
  Promise.resolve()
    .then(() =>
      instances[place](functions[path]).handler(context, event, (error, given) =>
        error ? fail() : answer(given),
      ),
    )
    .catch(fail);
});

// Whoever measures has ended.
process.on('disconnect', () => process.exit());
