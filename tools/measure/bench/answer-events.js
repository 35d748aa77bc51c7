// Runs in a process of its own: answers events with a Function, and sends what that took to the parent.
const startedMs = performance.now();
const { functionFile, assets, event, addresses } = JSON.parse(process.argv[2]);

class Response {
  setStatusCode() {}
  appendHeader() {}
  setBody() {}
}
global.Twilio = { Response };
global.Runtime = { getAssets: () => assets };
const context = { DOMAIN_NAME: 'frontline-1234-dev.twil.io' };

async function run() {
  const { handler } = require(functionFile);
  const answer = (address) =>
    new Promise((resolve) => {
      handler(context, { ...event, 'MessagingBinding.Address': address }, (_error, body) => resolve(body));
    });
  const [first, ...rest] = addresses;
  const body = await answer(first);
  const answeredMs = performance.now();
  const { rss } = process.memoryUsage();

  const warmMs = [];
  for (const address of rest) {
    const sentMs = performance.now();
    await answer(address);
    warmMs.push(performance.now() - sentMs);
  }
  process.send({ startedMs, answeredMs, rss, warmMs, body });
}

run();
