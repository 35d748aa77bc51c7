// Runs in a process of its own, as one instance of the deployed Functions: answers one event after the other.
const { functions, assets } = JSON.parse(process.argv[2]);
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
const context = {
  ...process.env,
  DOMAIN_NAME: 'frontline-1234-dev.twil.io',
  getTwilioClient: (options) => require('twilio')(ACCOUNT_SID, AUTH_TOKEN, options),
};

process.on('message', ({ path, event }) => {
  require(functions[path]).handler(context, event, (_error, answer) => {
    const isResponse = answer instanceof Response;
    process.send({ status: isResponse ? answer.statusCode : 200, body: isResponse ? answer.body : answer });
  });
});

// Whoever measures has ended.
process.on('disconnect', () => process.exit());
